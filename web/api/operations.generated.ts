// Written by scripts/generateOperations.ts from graphql/schema.graphql and web/api/operations. Not to be edited.

import type { Operation } from './operation.ts';

export type PromoteModelInput = { alias?: string | null; expected?: string | null; version: string };

export type RedriveRunInput = { idempotencyKey?: string | null; run: string };

export type RerunInput = { crop?: 'BOX' | 'DETECT' | 'WHOLE' | null; errorThreshold?: number | null; idempotencyKey?: string | null; model?: string | null; run: string };

export type AddGroundTruthInput = { run: string; truth: string };

export type StartTrainingInput = { backend?: string | null; data?: readonly (string)[] | null; idempotencyKey?: string | null; model?: string | null; overrides?: unknown | null; project?: string | null; recipe: string };

export type StartSweepInput = { backend?: string | null; data?: readonly (string)[] | null; grid: unknown; idempotencyKey?: string | null; project?: string | null; recipe: string };

export type CreateBatchInput = { idempotencyKey?: string | null; name?: string | null; project?: string | null };

export type RenewUploadInput = { batch: string; truth?: string | null; what?: 'IMAGES' | 'MANIFEST' | 'TRUTH' | null };

export type CommitBatchInput = { batch: string; crop?: 'BOX' | 'DETECT' | 'WHOLE' | null; errorThreshold?: number | null; idempotencyKey?: string | null; model: string };

export type RunLine = { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly crop: 'BOX' | 'DETECT' | 'WHOLE' | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly batch: { readonly id: string; readonly name: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string } | null; readonly metrics: { readonly maePx: number | null; readonly missed: number; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] } | null };

export type Change = { readonly key: string; readonly difference: number; readonly baselineMaePx: number | null; readonly runMaePx: number | null; readonly baselineNme: number | null; readonly runNme: number | null; readonly baselinePrediction: { readonly id: string; readonly imageUrl: string | null } | null; readonly runPrediction: { readonly id: string; readonly imageUrl: string | null } | null };

export type CardSummary = { readonly id: string; readonly name: string; readonly version: string; readonly description: string; readonly layout: string; readonly points: number; readonly crop: 'BOX' | 'DETECT' | 'WHOLE'; readonly precision: string; readonly bytes: number; readonly licenceNote: string; readonly createdAt: string; readonly metrics: readonly ({ readonly set: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly note: string | null })[] };

export type Card = { readonly id: string; readonly name: string; readonly version: string; readonly description: string; readonly layout: string; readonly points: number; readonly crop: 'BOX' | 'DETECT' | 'WHOLE'; readonly precision: string; readonly bytes: number; readonly licenceNote: string; readonly createdAt: string; readonly metrics: readonly ({ readonly set: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly note: string | null })[]; readonly sha256: string; readonly recipe: string | null; readonly trainingRun: string | null; readonly pretraining: string | null; readonly parityError: number | null; readonly input: { readonly width: number; readonly height: number; readonly channels: number; readonly margin: number; readonly kernel: 'CUBIC' | 'LANCZOS2' | 'LANCZOS3' | 'LINEAR' | 'MITCHELL'; readonly fit: string }; readonly data: readonly ({ readonly name: string; readonly images: number; readonly licence: string; readonly digest: string | null })[] };

export type RunDetail = { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly cancelledAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly errorThreshold: number | null; readonly crop: 'BOX' | 'DETECT' | 'WHOLE' | null; readonly codeVersion: string | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly retryOf: { readonly id: string; readonly run: string } | null; readonly batch: { readonly id: string; readonly name: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null; readonly progress: { readonly items: number; readonly scored: number; readonly failed: number; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly fraction: number; readonly itemsPerSecond: number | null; readonly secondsLeft: number | null } | null };

export type Progress = { readonly items: number; readonly scored: number; readonly failed: number; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly fraction: number; readonly itemsPerSecond: number | null; readonly secondsLeft: number | null };

export type MetricsDetail = { readonly truth: string; readonly layout: string; readonly n: number; readonly missed: number; readonly extra: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly aucAt8: number | null; readonly failureRateAt10: number | null; readonly perKeypoint: readonly ({ readonly index: number; readonly name: string; readonly maePx: number; readonly nme: number | null })[]; readonly groups: readonly ({ readonly group: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null })[]; readonly seen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly unseen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly ced: readonly ({ readonly error: number; readonly share: number })[] };

export type PartOfFaces = { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null };

export type ItemLine = { readonly id: string; readonly key: string; readonly outcome: 'FAILED' | 'SCORED'; readonly width: number | null; readonly height: number | null; readonly imageUrl: string | null; readonly error: { readonly code: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED'; readonly message: string } | null; readonly faces: readonly ({ readonly maePx: number | null })[] };

export type ItemDetail = { readonly id: string; readonly key: string; readonly outcome: 'FAILED' | 'SCORED'; readonly seen: boolean | null; readonly width: number | null; readonly height: number | null; readonly imageUrl: string | null; readonly error: { readonly code: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED'; readonly message: string } | null; readonly faces: readonly ({ readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }; readonly boxSource: 'DETECTED' | 'GIVEN' | 'WHOLE'; readonly keypoints: readonly (readonly [number, number])[]; readonly score: number | null; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] })[]; readonly truths: readonly ({ readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number } | null; readonly keypoints: readonly (readonly [number, number])[] | null; readonly layout: string | null; readonly group: string | null })[] };

export type FaceDetail = { readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }; readonly boxSource: 'DETECTED' | 'GIVEN' | 'WHOLE'; readonly keypoints: readonly (readonly [number, number])[]; readonly score: number | null; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] };

export type TrainingLine = { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly heldOut: 'TEST' | 'VAL' | null; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null };

export type PartError = { readonly loss: number; readonly maePx: number | null; readonly nme: number | null };

export type TrainingDetail = { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly heldOut: 'TEST' | 'VAL' | null; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly value: unknown | null; readonly data: readonly (string)[]; readonly backend: string | null; readonly codeVersion: string | null; readonly startedBy: string; readonly resumable: boolean; readonly startedAt: string | null; readonly finishedAt: string | null; readonly cancelledAt: string | null; readonly error: { readonly code: string; readonly message: string } | null; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly model: { readonly id: string } } | null; readonly figures: readonly ({ readonly name: string; readonly url: string })[] };

export type EpochLine = { readonly epoch: number; readonly learningRate: number | null; readonly seconds: number; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } };

export type Policy = { readonly url: string; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly key: string | null; readonly keyPrefix: string; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string };

export type Refusal = { readonly code: string; readonly message: string; readonly retryable: boolean };

export type BatchListData = { readonly batches: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly name: string; readonly createdAt: string | null; readonly createdBy: string | null; readonly runs: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly items: number | null } })[] } } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type BatchListVariables = { project: string; first: number; after?: string | null };
export const BatchList: Operation<BatchListData, BatchListVariables> = {
  name: 'BatchList',
  text: "query BatchList($project: String!, $first: Int!, $after: String) { batches(project: $project, first: $first, after: $after) { edges { node { id name createdAt createdBy runs(first: 3) { edges { node { id status items } } } } } pageInfo { hasNextPage endCursor } } }",
};

export type BatchPageData = { readonly batch: { readonly id: string; readonly name: string; readonly createdAt: string | null; readonly createdBy: string | null; readonly images: { readonly edges: readonly ({ readonly node: { readonly key: string; readonly bytes: number; readonly url: string } })[]; readonly pageInfo: { readonly hasNextPage: boolean } }; readonly runs: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly crop: 'BOX' | 'DETECT' | 'WHOLE' | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly batch: { readonly id: string; readonly name: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string } | null; readonly metrics: { readonly maePx: number | null; readonly missed: number; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | null };
export type BatchPageVariables = { id: string; first: number; after?: string | null };
export const BatchPage: Operation<BatchPageData, BatchPageVariables> = {
  name: 'BatchPage',
  text: "query BatchPage($id: ID!, $first: Int!, $after: String) { batch(id: $id) { id name createdAt createdBy images(first: 24) { edges { node { key bytes url } } pageInfo { hasNextPage } } runs(first: $first, after: $after) { edges { node { ...RunLine } } pageInfo { hasNextPage endCursor } } } } fragment RunLine on Run { id run status committedAt finishedAt crop items scored failed batch { id name } model { id name version } metrics { maePx missed nme { normaliser value } } }",
};

export type CompareRunsData = { readonly compareRuns: readonly ({ readonly run: { readonly id: string }; readonly measure: 'MAE_PX' | 'NME'; readonly pairs: number; readonly difference: { readonly n: number; readonly mean: number; readonly low: number; readonly high: number } | null; readonly better: number; readonly worse: number; readonly newlyMissed: number; readonly newlyFound: number; readonly complete: boolean; readonly improved: readonly ({ readonly key: string; readonly difference: number; readonly baselineMaePx: number | null; readonly runMaePx: number | null; readonly baselineNme: number | null; readonly runNme: number | null; readonly baselinePrediction: { readonly id: string; readonly imageUrl: string | null } | null; readonly runPrediction: { readonly id: string; readonly imageUrl: string | null } | null })[]; readonly worsened: readonly ({ readonly key: string; readonly difference: number; readonly baselineMaePx: number | null; readonly runMaePx: number | null; readonly baselineNme: number | null; readonly runNme: number | null; readonly baselinePrediction: { readonly id: string; readonly imageUrl: string | null } | null; readonly runPrediction: { readonly id: string; readonly imageUrl: string | null } | null })[] })[] };
export type CompareRunsVariables = { runs: readonly (string)[]; first: number };
export const CompareRuns: Operation<CompareRunsData, CompareRunsVariables> = {
  name: 'CompareRuns',
  text: "query CompareRuns($runs: [ID!]!, $first: Int!) { compareRuns(runs: $runs) { run { id } measure pairs difference { n mean low high } better worse newlyMissed newlyFound complete improved(first: $first) { ...Change } worsened(first: $first) { ...Change } } } fragment Change on FaceChange { key difference baselineMaePx runMaePx baselineNme runNme baselinePrediction { id imageUrl } runPrediction { id imageUrl } }",
};

export type ModelChoicesData = { readonly models: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly owner: string; readonly name: string; readonly production: { readonly id: string; readonly version: string; readonly layout: string; readonly points: number; readonly crop: 'BOX' | 'DETECT' | 'WHOLE'; readonly description: string } | null } })[] } };
export type ModelChoicesVariables = { project: string };
export const ModelChoices: Operation<ModelChoicesData, ModelChoicesVariables> = {
  name: 'ModelChoices',
  text: "query ModelChoices($project: String!) { models(project: $project, first: 100) { edges { node { id owner name production { id version layout points crop description } } } } }",
};

export type ModelListData = { readonly models: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly owner: string; readonly name: string; readonly promoted: string | null; readonly production: { readonly id: string; readonly name: string; readonly version: string; readonly description: string; readonly layout: string; readonly points: number; readonly crop: 'BOX' | 'DETECT' | 'WHOLE'; readonly precision: string; readonly bytes: number; readonly licenceNote: string; readonly createdAt: string; readonly metrics: readonly ({ readonly set: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly note: string | null })[] } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type ModelListVariables = { project: string; first: number; after?: string | null };
export const ModelList: Operation<ModelListData, ModelListVariables> = {
  name: 'ModelList',
  text: "query ModelList($project: String!, $first: Int!, $after: String) { models(project: $project, first: $first, after: $after) { edges { node { id owner name promoted production { ...CardSummary } } } pageInfo { hasNextPage endCursor } } } fragment CardSummary on ModelVersion { id name version description layout points crop precision bytes licenceNote createdAt metrics { set n missed maePx nme { normaliser value } note } }",
};

export type ModelPageData = { readonly node: { readonly __typename: 'Model'; readonly id: string; readonly owner: string; readonly name: string; readonly promoted: string | null; readonly versions: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly name: string; readonly version: string; readonly description: string; readonly layout: string; readonly points: number; readonly crop: 'BOX' | 'DETECT' | 'WHOLE'; readonly precision: string; readonly bytes: number; readonly licenceNote: string; readonly createdAt: string; readonly metrics: readonly ({ readonly set: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly note: string | null })[]; readonly sha256: string; readonly recipe: string | null; readonly trainingRun: string | null; readonly pretraining: string | null; readonly parityError: number | null; readonly input: { readonly width: number; readonly height: number; readonly channels: number; readonly margin: number; readonly kernel: 'CUBIC' | 'LANCZOS2' | 'LANCZOS3' | 'LINEAR' | 'MITCHELL'; readonly fit: string }; readonly data: readonly ({ readonly name: string; readonly images: number; readonly licence: string; readonly digest: string | null })[] } })[] }; readonly runs: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly crop: 'BOX' | 'DETECT' | 'WHOLE' | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly batch: { readonly id: string; readonly name: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string } | null; readonly metrics: { readonly maePx: number | null; readonly missed: number; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | { readonly __typename: 'Batch' | 'ModelVersion' | 'Prediction' | 'Run' | 'Sweep' | 'TrainingRun' } | null };
export type ModelPageVariables = { id: string; project: string };
export const ModelPage: Operation<ModelPageData, ModelPageVariables> = {
  name: 'ModelPage',
  text: "query ModelPage($id: ID!, $project: String!) { node(id: $id) { __typename ... on Model { id owner name promoted versions(first: 10) { edges { node { ...Card } } } runs(first: 10, project: $project) { edges { node { ...RunLine } } pageInfo { hasNextPage endCursor } } } } } fragment Card on ModelVersion { ...CardSummary sha256 recipe trainingRun pretraining parityError input { width height channels margin kernel fit } data { name images licence digest } } fragment CardSummary on ModelVersion { id name version description layout points crop precision bytes licenceNote createdAt metrics { set n missed maePx nme { normaliser value } note } } fragment RunLine on Run { id run status committedAt finishedAt crop items scored failed batch { id name } model { id name version } metrics { maePx missed nme { normaliser value } } }",
};

export type PromoteModelData = { readonly promoteModel: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'PromoteModelPayload'; readonly previous: string | null; readonly version: { readonly id: string } } };
export type PromoteModelVariables = { input: PromoteModelInput };
export const PromoteModel: Operation<PromoteModelData, PromoteModelVariables> = {
  name: 'PromoteModel',
  text: "mutation PromoteModel($input: PromoteModelInput!) { promoteModel(input: $input) { __typename ... on PromoteModelPayload { previous version { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type CancelRunData = { readonly cancelRun: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string } } };
export type CancelRunVariables = { id: string };
export const CancelRun: Operation<CancelRunData, CancelRunVariables> = {
  name: 'CancelRun',
  text: "mutation CancelRun($id: ID!) { cancelRun(id: $id) { __typename ... on RunPayload { run { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type RedriveRunData = { readonly redriveRun: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string } } };
export type RedriveRunVariables = { input: RedriveRunInput };
export const RedriveRun: Operation<RedriveRunData, RedriveRunVariables> = {
  name: 'RedriveRun',
  text: "mutation RedriveRun($input: RedriveRunInput!) { redriveRun(input: $input) { __typename ... on RunPayload { run { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type RerunData = { readonly rerun: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string } } };
export type RerunVariables = { input: RerunInput };
export const Rerun: Operation<RerunData, RerunVariables> = {
  name: 'Rerun',
  text: "mutation Rerun($input: RerunInput!) { rerun(input: $input) { __typename ... on RunPayload { run { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type AddGroundTruthData = { readonly addGroundTruth: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string } } };
export type AddGroundTruthVariables = { input: AddGroundTruthInput };
export const AddGroundTruth: Operation<AddGroundTruthData, AddGroundTruthVariables> = {
  name: 'AddGroundTruth',
  text: "mutation AddGroundTruth($input: AddGroundTruthInput!) { addGroundTruth(input: $input) { __typename ... on RunPayload { run { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type DeleteRunData = { readonly deleteRun: { readonly __typename: 'DeletePayload'; readonly id: string } | { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } };
export type DeleteRunVariables = { id: string };
export const DeleteRun: Operation<DeleteRunData, DeleteRunVariables> = {
  name: 'DeleteRun',
  text: "mutation DeleteRun($id: ID!) { deleteRun(id: $id) { __typename ... on DeletePayload { id } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type RunListData = { readonly runs: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly crop: 'BOX' | 'DETECT' | 'WHOLE' | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly batch: { readonly id: string; readonly name: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string } | null; readonly metrics: { readonly maePx: number | null; readonly missed: number; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type RunListVariables = { project: string; model?: string | null; first: number; after?: string | null };
export const RunList: Operation<RunListData, RunListVariables> = {
  name: 'RunList',
  text: "query RunList($project: String!, $model: ID, $first: Int!, $after: String) { runs(project: $project, model: $model, first: $first, after: $after) { edges { node { ...RunLine } } pageInfo { hasNextPage endCursor } } } fragment RunLine on Run { id run status committedAt finishedAt crop items scored failed batch { id name } model { id name version } metrics { maePx missed nme { normaliser value } } }",
};

export type RunPageData = { readonly run: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly cancelledAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly errorThreshold: number | null; readonly crop: 'BOX' | 'DETECT' | 'WHOLE' | null; readonly codeVersion: string | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly retryOf: { readonly id: string; readonly run: string } | null; readonly batch: { readonly id: string; readonly name: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null; readonly progress: { readonly items: number; readonly scored: number; readonly failed: number; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly fraction: number; readonly itemsPerSecond: number | null; readonly secondsLeft: number | null } | null } | null };
export type RunPageVariables = { id: string };
export const RunPage: Operation<RunPageData, RunPageVariables> = {
  name: 'RunPage',
  text: "query RunPage($id: ID!) { run(id: $id) { ...RunDetail } } fragment RunDetail on Run { id run status committedAt finishedAt cancelledAt items scored failed errors { code count } errorThreshold crop codeVersion truth evaluations rejection { code message } retryOf { id run } batch { id name } model { id name version layout points licenceNote } progress { ...Progress } } fragment Progress on RunProgress { items scored failed errors { code count } fraction itemsPerSecond secondsLeft }",
};

export type RunMetricsData = { readonly run: { readonly id: string; readonly metrics: { readonly truth: string; readonly layout: string; readonly n: number; readonly missed: number; readonly extra: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly aucAt8: number | null; readonly failureRateAt10: number | null; readonly perKeypoint: readonly ({ readonly index: number; readonly name: string; readonly maePx: number; readonly nme: number | null })[]; readonly groups: readonly ({ readonly group: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null })[]; readonly seen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly unseen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly ced: readonly ({ readonly error: number; readonly share: number })[] } | null; readonly evaluationRejection: { readonly code: string; readonly message: string } | null } | null };
export type RunMetricsVariables = { id: string; truth: string };
export const RunMetrics: Operation<RunMetricsData, RunMetricsVariables> = {
  name: 'RunMetrics',
  text: "query RunMetrics($id: ID!, $truth: String!) { run(id: $id) { id metrics(truth: $truth) { ...MetricsDetail } evaluationRejection(truth: $truth) { code message } } } fragment MetricsDetail on Metrics { truth layout n missed extra maePx nme { normaliser value } aucAt8 failureRateAt10 perKeypoint { index name maePx nme } groups(first: 200) { group n missed maePx nme } seen { ...PartOfFaces } unseen { ...PartOfFaces } ced { error share } } fragment PartOfFaces on PartError { n missed maePx nme }",
};

export type FaceErrorsData = { readonly run: { readonly id: string; readonly faceErrors: { readonly edges: readonly ({ readonly node: { readonly key: string; readonly face: number | null; readonly maePx: number | null; readonly nme: number | null; readonly prediction: { readonly id: string; readonly key: string; readonly outcome: 'FAILED' | 'SCORED'; readonly width: number | null; readonly height: number | null; readonly imageUrl: string | null; readonly error: { readonly code: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED'; readonly message: string } | null; readonly faces: readonly ({ readonly maePx: number | null })[] } } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | null };
export type FaceErrorsVariables = { id: string; order: 'BEST_FIRST' | 'WORST_FIRST'; truth?: string | null; first: number; after?: string | null };
export const FaceErrors: Operation<FaceErrorsData, FaceErrorsVariables> = {
  name: 'FaceErrors',
  text: "query FaceErrors($id: ID!, $order: ErrorOrder!, $truth: String, $first: Int!, $after: String) { run(id: $id) { id faceErrors(order: $order, truth: $truth, first: $first, after: $after) { edges { node { key face maePx nme prediction { ...ItemLine } } } pageInfo { hasNextPage endCursor } } } } fragment ItemLine on Prediction { id key outcome width height imageUrl error { code message } faces { maePx } }",
};

export type ItemsData = { readonly run: { readonly id: string; readonly predictions: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly key: string; readonly outcome: 'FAILED' | 'SCORED'; readonly width: number | null; readonly height: number | null; readonly imageUrl: string | null; readonly error: { readonly code: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED'; readonly message: string } | null; readonly faces: readonly ({ readonly maePx: number | null })[] } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | null };
export type ItemsVariables = { id: string; outcome?: 'FAILED' | 'SCORED' | null; code?: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED' | null; keyPrefix?: string | null; first: number; after?: string | null };
export const Items: Operation<ItemsData, ItemsVariables> = {
  name: 'Items',
  text: "query Items($id: ID!, $outcome: Outcome, $code: ItemErrorCode, $keyPrefix: String, $first: Int!, $after: String) { run(id: $id) { id predictions( outcome: $outcome code: $code keyPrefix: $keyPrefix first: $first after: $after ) { edges { node { ...ItemLine } } pageInfo { hasNextPage endCursor } } } } fragment ItemLine on Prediction { id key outcome width height imageUrl error { code message } faces { maePx } }",
};

export type ItemData = { readonly node: { readonly __typename: 'Prediction'; readonly id: string; readonly key: string; readonly outcome: 'FAILED' | 'SCORED'; readonly seen: boolean | null; readonly width: number | null; readonly height: number | null; readonly imageUrl: string | null; readonly error: { readonly code: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED'; readonly message: string } | null; readonly faces: readonly ({ readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }; readonly boxSource: 'DETECTED' | 'GIVEN' | 'WHOLE'; readonly keypoints: readonly (readonly [number, number])[]; readonly score: number | null; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] })[]; readonly truths: readonly ({ readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number } | null; readonly keypoints: readonly (readonly [number, number])[] | null; readonly layout: string | null; readonly group: string | null })[] } | { readonly __typename: 'Batch' | 'Model' | 'ModelVersion' | 'Run' | 'Sweep' | 'TrainingRun' } | null };
export type ItemVariables = { id: string };
export const Item: Operation<ItemData, ItemVariables> = {
  name: 'Item',
  text: "query Item($id: ID!) { node(id: $id) { __typename ... on Prediction { ...ItemDetail } } } fragment ItemDetail on Prediction { id key outcome seen width height imageUrl error { code message } faces { ...FaceDetail } truths { box { left top width height } keypoints layout group } } fragment FaceDetail on Face { box { left top width height } boxSource keypoints score maePx nme { normaliser value } }",
};

export type RunProgressData = { readonly runProgress: { readonly run: { readonly id: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING' }; readonly progress: { readonly items: number; readonly scored: number; readonly failed: number; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly fraction: number; readonly itemsPerSecond: number | null; readonly secondsLeft: number | null } | null } };
export type RunProgressVariables = { run: string };
export const RunProgress: Operation<RunProgressData, RunProgressVariables> = {
  name: 'RunProgress',
  text: "subscription RunProgress($run: ID!) { runProgress(run: $run) { run { id status } progress { ...Progress } } } fragment Progress on RunProgress { items scored failed errors { code count } fraction itemsPerSecond secondsLeft }",
};

export type RunLineByIdData = { readonly run: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly crop: 'BOX' | 'DETECT' | 'WHOLE' | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly batch: { readonly id: string; readonly name: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string } | null; readonly metrics: { readonly maePx: number | null; readonly missed: number; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] } | null } | null };
export type RunLineByIdVariables = { id: string };
export const RunLineById: Operation<RunLineByIdData, RunLineByIdVariables> = {
  name: 'RunLineById',
  text: "query RunLineById($id: ID!) { run(id: $id) { ...RunLine } } fragment RunLine on Run { id run status committedAt finishedAt crop items scored failed batch { id name } model { id name version } metrics { maePx missed nme { normaliser value } } }",
};

export type RecipesData = { readonly recipes: readonly ({ readonly name: string; readonly description: string; readonly value: unknown; readonly schema: unknown })[] };
export type RecipesVariables = {  };
export const Recipes: Operation<RecipesData, RecipesVariables> = {
  name: 'Recipes',
  text: "query Recipes { recipes { name description value schema } }",
};

export type TrainingListData = { readonly trainings: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly heldOut: 'TEST' | 'VAL' | null; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type TrainingListVariables = { project: string; first: number; after?: string | null };
export const TrainingList: Operation<TrainingListData, TrainingListVariables> = {
  name: 'TrainingList',
  text: "query TrainingList($project: String!, $first: Int!, $after: String) { trainings(project: $project, first: $first, after: $after) { edges { node { ...TrainingLine } } pageInfo { hasNextPage endCursor } } } fragment TrainingLine on TrainingRun { id status phase recipe overrides createdAt totalEpochs heldOut test { ...PartError } } fragment PartError on PartErrors { loss maePx nme }",
};

export type TrainingPageData = { readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly heldOut: 'TEST' | 'VAL' | null; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly value: unknown | null; readonly data: readonly (string)[]; readonly backend: string | null; readonly codeVersion: string | null; readonly startedBy: string; readonly resumable: boolean; readonly startedAt: string | null; readonly finishedAt: string | null; readonly cancelledAt: string | null; readonly error: { readonly code: string; readonly message: string } | null; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly model: { readonly id: string } } | null; readonly figures: readonly ({ readonly name: string; readonly url: string })[] } | null };
export type TrainingPageVariables = { id: string };
export const TrainingPage: Operation<TrainingPageData, TrainingPageVariables> = {
  name: 'TrainingPage',
  text: "query TrainingPage($id: ID!) { training(id: $id) { ...TrainingDetail } } fragment TrainingDetail on TrainingRun { ...TrainingLine value data backend codeVersion startedBy resumable startedAt finishedAt cancelledAt error { code message } train { ...PartError } model { id name version model { id } } figures { name url } } fragment TrainingLine on TrainingRun { id status phase recipe overrides createdAt totalEpochs heldOut test { ...PartError } } fragment PartError on PartErrors { loss maePx nme }",
};

export type TrainingProgressData = { readonly trainingProgress: { readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly totalEpochs: number | null }; readonly epochs: readonly ({ readonly epoch: number; readonly learningRate: number | null; readonly seconds: number; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } })[] } };
export type TrainingProgressVariables = { training: string; afterEpoch?: number | null };
export const TrainingProgress: Operation<TrainingProgressData, TrainingProgressVariables> = {
  name: 'TrainingProgress',
  text: "subscription TrainingProgress($training: ID!, $afterEpoch: Int) { trainingProgress(training: $training, afterEpoch: $afterEpoch) { training { id status phase totalEpochs } epochs { ...EpochLine } } } fragment EpochLine on Epoch { epoch learningRate seconds train { ...PartError } test { ...PartError } } fragment PartError on PartErrors { loss maePx nme }",
};

export type EpochsData = { readonly training: { readonly id: string; readonly epochs: { readonly edges: readonly ({ readonly node: { readonly epoch: number; readonly learningRate: number | null; readonly seconds: number; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | null };
export type EpochsVariables = { id: string; first: number; after?: string | null };
export const Epochs: Operation<EpochsData, EpochsVariables> = {
  name: 'Epochs',
  text: "query Epochs($id: ID!, $first: Int!, $after: String) { training(id: $id) { id epochs(first: $first, after: $after) { edges { node { ...EpochLine } } pageInfo { hasNextPage endCursor } } } } fragment EpochLine on Epoch { epoch learningRate seconds train { ...PartError } test { ...PartError } } fragment PartError on PartErrors { loss maePx nme }",
};

export type SweepListData = { readonly sweeps: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly recipe: string; readonly grid: unknown; readonly createdAt: string } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type SweepListVariables = { project: string; first: number; after?: string | null };
export const SweepList: Operation<SweepListData, SweepListVariables> = {
  name: 'SweepList',
  text: "query SweepList($project: String!, $first: Int!, $after: String) { sweeps(project: $project, first: $first, after: $after) { edges { node { id recipe grid createdAt } } pageInfo { hasNextPage endCursor } } }",
};

export type SweepPageData = { readonly sweep: { readonly id: string; readonly recipe: string; readonly grid: unknown; readonly createdAt: string; readonly startedBy: string; readonly trainings: readonly ({ readonly overrides: unknown; readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly heldOut: 'TEST' | 'VAL' | null; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null } | null })[] } | null };
export type SweepPageVariables = { id: string };
export const SweepPage: Operation<SweepPageData, SweepPageVariables> = {
  name: 'SweepPage',
  text: "query SweepPage($id: ID!) { sweep(id: $id) { id recipe grid createdAt startedBy trainings { overrides training { ...TrainingLine } } } } fragment TrainingLine on TrainingRun { id status phase recipe overrides createdAt totalEpochs heldOut test { ...PartError } } fragment PartError on PartErrors { loss maePx nme }",
};

export type SweepCurveData = { readonly training: { readonly id: string; readonly epochs: { readonly edges: readonly ({ readonly node: { readonly epoch: number; readonly train: { readonly loss: number }; readonly test: { readonly loss: number } } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | null };
export type SweepCurveVariables = { id: string; after?: string | null };
export const SweepCurve: Operation<SweepCurveData, SweepCurveVariables> = {
  name: 'SweepCurve',
  text: "query SweepCurve($id: ID!, $after: String) { training(id: $id) { id epochs(first: 200, after: $after) { edges { node { epoch train { loss } test { loss } } } pageInfo { hasNextPage endCursor } } } }",
};

export type StartTrainingData = { readonly startTraining: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'TrainingPayload'; readonly training: { readonly id: string } } };
export type StartTrainingVariables = { input: StartTrainingInput };
export const StartTraining: Operation<StartTrainingData, StartTrainingVariables> = {
  name: 'StartTraining',
  text: "mutation StartTraining($input: StartTrainingInput!) { startTraining(input: $input) { __typename ... on TrainingPayload { training { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type StartSweepData = { readonly startSweep: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'SweepPayload'; readonly sweep: { readonly id: string } } };
export type StartSweepVariables = { input: StartSweepInput };
export const StartSweep: Operation<StartSweepData, StartSweepVariables> = {
  name: 'StartSweep',
  text: "mutation StartSweep($input: StartSweepInput!) { startSweep(input: $input) { __typename ... on SweepPayload { sweep { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type CancelTrainingData = { readonly cancelTraining: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'TrainingPayload'; readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING' } } };
export type CancelTrainingVariables = { id: string };
export const CancelTraining: Operation<CancelTrainingData, CancelTrainingVariables> = {
  name: 'CancelTraining',
  text: "mutation CancelTraining($id: ID!) { cancelTraining(id: $id) { __typename ... on TrainingPayload { training { id status } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type ResumeTrainingData = { readonly resumeTraining: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'TrainingPayload'; readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING' } } };
export type ResumeTrainingVariables = { id: string };
export const ResumeTraining: Operation<ResumeTrainingData, ResumeTrainingVariables> = {
  name: 'ResumeTraining',
  text: "mutation ResumeTraining($id: ID!) { resumeTraining(id: $id) { __typename ... on TrainingPayload { training { id status } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type TrainingLineByIdData = { readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly heldOut: 'TEST' | 'VAL' | null; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null } | null } | null };
export type TrainingLineByIdVariables = { id: string };
export const TrainingLineById: Operation<TrainingLineByIdData, TrainingLineByIdVariables> = {
  name: 'TrainingLineById',
  text: "query TrainingLineById($id: ID!) { training(id: $id) { ...TrainingLine } } fragment TrainingLine on TrainingRun { id status phase recipe overrides createdAt totalEpochs heldOut test { ...PartError } } fragment PartError on PartErrors { loss maePx nme }",
};

export type CreateBatchData = { readonly createBatch: { readonly __typename: 'CreateBatchPayload'; readonly batch: { readonly id: string; readonly name: string }; readonly images: { readonly url: string; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly key: string | null; readonly keyPrefix: string; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string }; readonly manifest: { readonly url: string; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly key: string | null; readonly keyPrefix: string; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string } } | { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } };
export type CreateBatchVariables = { input: CreateBatchInput };
export const CreateBatch: Operation<CreateBatchData, CreateBatchVariables> = {
  name: 'CreateBatch',
  text: "mutation CreateBatch($input: CreateBatchInput!) { createBatch(input: $input) { __typename ... on CreateBatchPayload { batch { id name } images { ...Policy } manifest { ...Policy } } ... on OperationError { ...Refusal } } } fragment Policy on UploadPolicy { url fields { name value } key keyPrefix minBytes maxBytes expiresAt } fragment Refusal on OperationError { code message retryable }",
};

export type RenewUploadData = { readonly renewUpload: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RenewUploadPayload'; readonly upload: { readonly url: string; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly key: string | null; readonly keyPrefix: string; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string } } };
export type RenewUploadVariables = { input: RenewUploadInput };
export const RenewUpload: Operation<RenewUploadData, RenewUploadVariables> = {
  name: 'RenewUpload',
  text: "mutation RenewUpload($input: RenewUploadInput!) { renewUpload(input: $input) { __typename ... on RenewUploadPayload { upload { ...Policy } } ... on OperationError { ...Refusal } } } fragment Policy on UploadPolicy { url fields { name value } key keyPrefix minBytes maxBytes expiresAt } fragment Refusal on OperationError { code message retryable }",
};

export type CommitBatchData = { readonly commitBatch: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string } } };
export type CommitBatchVariables = { input: CommitBatchInput };
export const CommitBatch: Operation<CommitBatchData, CommitBatchVariables> = {
  name: 'CommitBatch',
  text: "mutation CommitBatch($input: CommitBatchInput!) { commitBatch(input: $input) { __typename ... on RunPayload { run { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type DeleteBatchData = { readonly deleteBatch: { readonly __typename: 'DeletePayload'; readonly id: string } | { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } };
export type DeleteBatchVariables = { id: string };
export const DeleteBatch: Operation<DeleteBatchData, DeleteBatchVariables> = {
  name: 'DeleteBatch',
  text: "mutation DeleteBatch($id: ID!) { deleteBatch(id: $id) { __typename ... on DeletePayload { id } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

