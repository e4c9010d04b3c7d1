// Written by scripts/generateOperations.ts from graphql/schema.graphql and graphql/client/operations. Not to be edited.

import type { Operation } from './operation.ts';

export type CreateBatchInput = { idempotencyKey?: string | null; name?: string | null; project?: string | null };

export type RenewUploadInput = { batch: string; truth?: string | null; what?: 'IMAGES' | 'MANIFEST' | 'TRUTH' | null };

export type CommitBatchInput = { batch: string; crop?: 'BOX' | 'DETECT' | 'WHOLE' | null; errorThreshold?: number | null; idempotencyKey?: string | null; model: string };

export type AddGroundTruthInput = { run: string; truth: string };

export type RedriveRunInput = { idempotencyKey?: string | null; run: string };

export type RerunInput = { crop?: 'BOX' | 'DETECT' | 'WHOLE' | null; errorThreshold?: number | null; idempotencyKey?: string | null; model?: string | null; run: string };

export type PromoteModelInput = { alias?: string | null; expected?: string | null; version: string };

export type StartTrainingInput = { backend?: string | null; data?: readonly (string)[] | null; idempotencyKey?: string | null; model?: string | null; overrides?: unknown | null; project?: string | null; recipe: string };

export type StartSweepInput = { backend?: string | null; data?: readonly (string)[] | null; grid: unknown; idempotencyKey?: string | null; project?: string | null; recipe: string };

export type Refusal = { readonly code: string; readonly message: string; readonly retryable: boolean };

export type Upload = { readonly url: string; readonly keyPrefix: string; readonly key: string | null; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string };

export type RunFacts = { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null };

export type ProgressFacts = { readonly items: number; readonly scored: number; readonly failed: number; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly fraction: number; readonly itemsPerSecond: number | null; readonly secondsLeft: number | null };

export type MetricsFacts = { readonly truth: string; readonly layout: string; readonly n: number; readonly missed: number; readonly extra: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly aucAt8: number | null; readonly failureRateAt10: number | null; readonly perKeypoint: readonly ({ readonly index: number; readonly name: string; readonly maePx: number; readonly nme: number | null })[]; readonly groups: readonly ({ readonly group: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null })[]; readonly ced: readonly ({ readonly error: number; readonly share: number })[]; readonly seen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly unseen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null };

export type PartFacts = { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null };

export type TrainingFacts = { readonly id: string; readonly training: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly error: { readonly code: string; readonly message: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string } | null };

export type EpochFacts = { readonly epoch: number; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly seconds: number };

export type CreateBatchData = { readonly createBatch: { readonly __typename: 'CreateBatchPayload'; readonly batch: { readonly id: string; readonly batch: string; readonly name: string }; readonly images: { readonly url: string; readonly keyPrefix: string; readonly key: string | null; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string }; readonly manifest: { readonly url: string; readonly keyPrefix: string; readonly key: string | null; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string } } | { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } };
export type CreateBatchVariables = { input: CreateBatchInput };
export const CreateBatch: Operation<CreateBatchData, CreateBatchVariables> = {
  name: 'CreateBatch',
  text: "mutation CreateBatch($input: CreateBatchInput!) { createBatch(input: $input) { __typename ... on CreateBatchPayload { batch { id batch name } images { ...Upload } manifest { ...Upload } } ... on OperationError { ...Refusal } } } fragment Upload on UploadPolicy { url keyPrefix key fields { name value } minBytes maxBytes expiresAt } fragment Refusal on OperationError { code message retryable }",
};

export type RenewUploadData = { readonly renewUpload: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RenewUploadPayload'; readonly upload: { readonly url: string; readonly keyPrefix: string; readonly key: string | null; readonly fields: readonly ({ readonly name: string; readonly value: string })[]; readonly minBytes: number; readonly maxBytes: number; readonly expiresAt: string } } };
export type RenewUploadVariables = { input: RenewUploadInput };
export const RenewUpload: Operation<RenewUploadData, RenewUploadVariables> = {
  name: 'RenewUpload',
  text: "mutation RenewUpload($input: RenewUploadInput!) { renewUpload(input: $input) { __typename ... on RenewUploadPayload { upload { ...Upload } } ... on OperationError { ...Refusal } } } fragment Upload on UploadPolicy { url keyPrefix key fields { name value } minBytes maxBytes expiresAt } fragment Refusal on OperationError { code message retryable }",
};

export type CommitBatchData = { readonly commitBatch: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null } } };
export type CommitBatchVariables = { input: CommitBatchInput };
export const CommitBatch: Operation<CommitBatchData, CommitBatchVariables> = {
  name: 'CommitBatch',
  text: "mutation CommitBatch($input: CommitBatchInput!) { commitBatch(input: $input) { __typename ... on RunPayload { run { ...RunFacts } } ... on OperationError { ...Refusal } } } fragment RunFacts on Run { id run status committedAt finishedAt items scored failed errors { code count } rejection { code message } truth evaluations model { id name version sha256 layout points licenceNote } } fragment Refusal on OperationError { code message retryable }",
};

export type AddGroundTruthData = { readonly addGroundTruth: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string } } };
export type AddGroundTruthVariables = { input: AddGroundTruthInput };
export const AddGroundTruth: Operation<AddGroundTruthData, AddGroundTruthVariables> = {
  name: 'AddGroundTruth',
  text: "mutation AddGroundTruth($input: AddGroundTruthInput!) { addGroundTruth(input: $input) { __typename ... on RunPayload { run { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type CancelRunData = { readonly cancelRun: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING' } } };
export type CancelRunVariables = { id: string };
export const CancelRun: Operation<CancelRunData, CancelRunVariables> = {
  name: 'CancelRun',
  text: "mutation CancelRun($id: ID!) { cancelRun(id: $id) { __typename ... on RunPayload { run { id status } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type RedriveRunData = { readonly redriveRun: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null } } };
export type RedriveRunVariables = { input: RedriveRunInput };
export const RedriveRun: Operation<RedriveRunData, RedriveRunVariables> = {
  name: 'RedriveRun',
  text: "mutation RedriveRun($input: RedriveRunInput!) { redriveRun(input: $input) { __typename ... on RunPayload { run { ...RunFacts } } ... on OperationError { ...Refusal } } } fragment RunFacts on Run { id run status committedAt finishedAt items scored failed errors { code count } rejection { code message } truth evaluations model { id name version sha256 layout points licenceNote } } fragment Refusal on OperationError { code message retryable }",
};

export type RerunData = { readonly rerun: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'RunPayload'; readonly run: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null } } };
export type RerunVariables = { input: RerunInput };
export const Rerun: Operation<RerunData, RerunVariables> = {
  name: 'Rerun',
  text: "mutation Rerun($input: RerunInput!) { rerun(input: $input) { __typename ... on RunPayload { run { ...RunFacts } } ... on OperationError { ...Refusal } } } fragment RunFacts on Run { id run status committedAt finishedAt items scored failed errors { code count } rejection { code message } truth evaluations model { id name version sha256 layout points licenceNote } } fragment Refusal on OperationError { code message retryable }",
};

export type DeleteRunData = { readonly deleteRun: { readonly __typename: 'DeletePayload'; readonly id: string } | { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } };
export type DeleteRunVariables = { id: string };
export const DeleteRun: Operation<DeleteRunData, DeleteRunVariables> = {
  name: 'DeleteRun',
  text: "mutation DeleteRun($id: ID!) { deleteRun(id: $id) { __typename ... on DeletePayload { id } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type DeleteBatchData = { readonly deleteBatch: { readonly __typename: 'DeletePayload'; readonly id: string } | { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } };
export type DeleteBatchVariables = { id: string };
export const DeleteBatch: Operation<DeleteBatchData, DeleteBatchVariables> = {
  name: 'DeleteBatch',
  text: "mutation DeleteBatch($id: ID!) { deleteBatch(id: $id) { __typename ... on DeletePayload { id } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type RunsData = { readonly runs: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null; readonly metrics: { readonly maePx: number | null; readonly n: number; readonly missed: number } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type RunsVariables = { project?: string | null; batch?: string | null; model?: string | null; first?: number | null; after?: string | null };
export const Runs: Operation<RunsData, RunsVariables> = {
  name: 'Runs',
  text: "query Runs($project: String, $batch: ID, $model: ID, $first: Int, $after: String) { runs( project: $project batch: $batch model: $model first: $first after: $after ) { edges { node { ...RunFacts metrics { maePx n missed } } } pageInfo { hasNextPage endCursor } } } fragment RunFacts on Run { id run status committedAt finishedAt items scored failed errors { code count } rejection { code message } truth evaluations model { id name version sha256 layout points licenceNote } }",
};

export type RunData = { readonly run: { readonly id: string; readonly run: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING'; readonly committedAt: string; readonly finishedAt: string | null; readonly items: number | null; readonly scored: number | null; readonly failed: number | null; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly rejection: { readonly code: string; readonly message: string } | null; readonly truth: string | null; readonly evaluations: readonly (string)[]; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string; readonly layout: string; readonly points: number; readonly licenceNote: string } | null; readonly progress: { readonly items: number; readonly scored: number; readonly failed: number; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly fraction: number; readonly itemsPerSecond: number | null; readonly secondsLeft: number | null } | null; readonly metrics: { readonly truth: string; readonly layout: string; readonly n: number; readonly missed: number; readonly extra: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly aucAt8: number | null; readonly failureRateAt10: number | null; readonly perKeypoint: readonly ({ readonly index: number; readonly name: string; readonly maePx: number; readonly nme: number | null })[]; readonly groups: readonly ({ readonly group: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null })[]; readonly ced: readonly ({ readonly error: number; readonly share: number })[]; readonly seen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly unseen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null } | null } | null };
export type RunVariables = { id: string };
export const Run: Operation<RunData, RunVariables> = {
  name: 'Run',
  text: "query Run($id: ID!) { run(id: $id) { ...RunFacts progress { ...ProgressFacts } metrics { ...MetricsFacts } } } fragment RunFacts on Run { id run status committedAt finishedAt items scored failed errors { code count } rejection { code message } truth evaluations model { id name version sha256 layout points licenceNote } } fragment ProgressFacts on RunProgress { items scored failed errors { code count } fraction itemsPerSecond secondsLeft } fragment MetricsFacts on Metrics { truth layout n missed extra maePx nme { normaliser value } aucAt8 failureRateAt10 perKeypoint { index name maePx nme } groups(first: 1000) { group n missed maePx nme } ced { error share } seen { ...PartFacts } unseen { ...PartFacts } } fragment PartFacts on PartError { n missed maePx nme }",
};

export type MetricsData = { readonly run: { readonly id: string; readonly metrics: { readonly truth: string; readonly layout: string; readonly n: number; readonly missed: number; readonly extra: number; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[]; readonly aucAt8: number | null; readonly failureRateAt10: number | null; readonly perKeypoint: readonly ({ readonly index: number; readonly name: string; readonly maePx: number; readonly nme: number | null })[]; readonly groups: readonly ({ readonly group: string; readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null })[]; readonly ced: readonly ({ readonly error: number; readonly share: number })[]; readonly seen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null; readonly unseen: { readonly n: number; readonly missed: number; readonly maePx: number | null; readonly nme: number | null } | null } | null } | null };
export type MetricsVariables = { id: string; truth?: string | null };
export const Metrics: Operation<MetricsData, MetricsVariables> = {
  name: 'Metrics',
  text: "query Metrics($id: ID!, $truth: String) { run(id: $id) { id metrics(truth: $truth) { ...MetricsFacts } } } fragment MetricsFacts on Metrics { truth layout n missed extra maePx nme { normaliser value } aucAt8 failureRateAt10 perKeypoint { index name maePx nme } groups(first: 1000) { group n missed maePx nme } ced { error share } seen { ...PartFacts } unseen { ...PartFacts } } fragment PartFacts on PartError { n missed maePx nme }",
};

export type PredictionsData = { readonly run: { readonly id: string; readonly predictions: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly key: string; readonly outcome: 'FAILED' | 'SCORED'; readonly width: number | null; readonly height: number | null; readonly seen: boolean | null; readonly error: { readonly code: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED'; readonly message: string } | null; readonly faces: readonly ({ readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }; readonly boxSource: 'DETECTED' | 'GIVEN' | 'WHOLE'; readonly keypoints: readonly (readonly [number, number])[]; readonly score: number | null; readonly maePx: number | null; readonly nme: readonly ({ readonly normaliser: string; readonly value: number })[] })[] } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } } | null };
export type PredictionsVariables = { id: string; outcome?: 'FAILED' | 'SCORED' | null; code?: 'ABANDONED' | 'BAD_BOX' | 'CHANGED' | 'CORRUPT' | 'CRASHED' | 'EMPTY' | 'MISSING' | 'NOT_AN_IMAGE' | 'NO_BOX' | 'TIMEOUT' | 'TOO_LARGE' | 'TRUNCATED' | 'UNREADABLE' | 'UNSUPPORTED' | null; keyPrefix?: string | null; first?: number | null; after?: string | null };
export const Predictions: Operation<PredictionsData, PredictionsVariables> = {
  name: 'Predictions',
  text: "query Predictions($id: ID!, $outcome: Outcome, $code: ItemErrorCode, $keyPrefix: String, $first: Int, $after: String) { run(id: $id) { id predictions( outcome: $outcome code: $code keyPrefix: $keyPrefix first: $first after: $after ) { edges { node { id key outcome width height seen error { code message } faces { box { left top width height } boxSource keypoints score maePx nme { normaliser value } } } } pageInfo { hasNextPage endCursor } } } }",
};

export type CompareRunsData = { readonly compareRuns: readonly ({ readonly baseline: { readonly id: string }; readonly run: { readonly id: string }; readonly measure: 'MAE_PX' | 'NME'; readonly pairs: number; readonly complete: boolean; readonly difference: { readonly n: number; readonly mean: number; readonly low: number; readonly high: number } | null; readonly better: number; readonly worse: number; readonly newlyMissed: number; readonly newlyFound: number; readonly improved: readonly ({ readonly key: string; readonly difference: number; readonly baselineMaePx: number | null; readonly runMaePx: number | null })[]; readonly worsened: readonly ({ readonly key: string; readonly difference: number; readonly baselineMaePx: number | null; readonly runMaePx: number | null })[] })[] };
export type CompareRunsVariables = { runs: readonly (string)[]; truth?: string | null };
export const CompareRuns: Operation<CompareRunsData, CompareRunsVariables> = {
  name: 'CompareRuns',
  text: "query CompareRuns($runs: [ID!]!, $truth: String) { compareRuns(runs: $runs, truth: $truth) { baseline { id } run { id } measure pairs complete difference { n mean low high } better worse newlyMissed newlyFound improved { key difference baselineMaePx runMaePx } worsened { key difference baselineMaePx runMaePx } } }",
};

export type RunProgressData = { readonly runProgress: { readonly run: { readonly id: string; readonly status: 'CANCELLED' | 'DONE' | 'FAILED' | 'PLANNING' | 'REJECTED' | 'RUNNING' }; readonly progress: { readonly items: number; readonly scored: number; readonly failed: number; readonly errors: readonly ({ readonly code: string; readonly count: number })[]; readonly fraction: number; readonly itemsPerSecond: number | null; readonly secondsLeft: number | null } | null } };
export type RunProgressVariables = { run: string };
export const RunProgress: Operation<RunProgressData, RunProgressVariables> = {
  name: 'RunProgress',
  text: "subscription RunProgress($run: ID!) { runProgress(run: $run) { run { id status } progress { ...ProgressFacts } } } fragment ProgressFacts on RunProgress { items scored failed errors { code count } fraction itemsPerSecond secondsLeft }",
};

export type ModelsData = { readonly models: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly owner: string; readonly name: string; readonly promoted: string | null; readonly production: { readonly id: string; readonly version: string; readonly layout: string; readonly points: number; readonly crop: 'BOX' | 'DETECT' | 'WHOLE'; readonly description: string } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type ModelsVariables = { project?: string | null; first?: number | null; after?: string | null };
export const Models: Operation<ModelsData, ModelsVariables> = {
  name: 'Models',
  text: "query Models($project: String, $first: Int, $after: String) { models(project: $project, first: $first, after: $after) { edges { node { id owner name promoted production { id version layout points crop description } } } pageInfo { hasNextPage endCursor } } }",
};

export type PromoteModelData = { readonly promoteModel: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'PromoteModelPayload'; readonly previous: string | null; readonly version: { readonly id: string } } };
export type PromoteModelVariables = { input: PromoteModelInput };
export const PromoteModel: Operation<PromoteModelData, PromoteModelVariables> = {
  name: 'PromoteModel',
  text: "mutation PromoteModel($input: PromoteModelInput!) { promoteModel(input: $input) { __typename ... on PromoteModelPayload { previous version { id } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type TrainingsData = { readonly trainings: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly training: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly error: { readonly code: string; readonly message: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string } | null } })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } } };
export type TrainingsVariables = { project?: string | null; first?: number | null; after?: string | null };
export const Trainings: Operation<TrainingsData, TrainingsVariables> = {
  name: 'Trainings',
  text: "query Trainings($project: String, $first: Int, $after: String) { trainings(project: $project, first: $first, after: $after) { edges { node { ...TrainingFacts } } pageInfo { hasNextPage endCursor } } } fragment TrainingFacts on TrainingRun { id training status phase recipe overrides createdAt totalEpochs error { code message } model { id name version sha256 } }",
};

export type TrainingData = { readonly training: { readonly id: string; readonly training: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly error: { readonly code: string; readonly message: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string } | null; readonly epochs: { readonly edges: readonly ({ readonly node: { readonly epoch: number; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly seconds: number } })[] }; readonly figures: readonly ({ readonly name: string; readonly url: string })[] } | null };
export type TrainingVariables = { id: string };
export const Training: Operation<TrainingData, TrainingVariables> = {
  name: 'Training',
  text: "query Training($id: ID!) { training(id: $id) { ...TrainingFacts epochs(first: 200) { edges { node { ...EpochFacts } } } figures { name url } } } fragment TrainingFacts on TrainingRun { id training status phase recipe overrides createdAt totalEpochs error { code message } model { id name version sha256 } } fragment EpochFacts on Epoch { epoch train { loss maePx nme } test { loss maePx nme } seconds }",
};

export type StartTrainingData = { readonly startTraining: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'TrainingPayload'; readonly training: { readonly id: string; readonly training: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly error: { readonly code: string; readonly message: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string } | null } } };
export type StartTrainingVariables = { input: StartTrainingInput };
export const StartTraining: Operation<StartTrainingData, StartTrainingVariables> = {
  name: 'StartTraining',
  text: "mutation StartTraining($input: StartTrainingInput!) { startTraining(input: $input) { __typename ... on TrainingPayload { training { ...TrainingFacts } } ... on OperationError { ...Refusal } } } fragment TrainingFacts on TrainingRun { id training status phase recipe overrides createdAt totalEpochs error { code message } model { id name version sha256 } } fragment Refusal on OperationError { code message retryable }",
};

export type CancelTrainingData = { readonly cancelTraining: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'TrainingPayload'; readonly training: { readonly id: string; readonly training: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING'; readonly phase: 'PREPARING_DATA' | 'TRAINING' | 'WAITING' | null; readonly recipe: string; readonly overrides: unknown; readonly createdAt: string; readonly totalEpochs: number | null; readonly error: { readonly code: string; readonly message: string } | null; readonly model: { readonly id: string; readonly name: string; readonly version: string; readonly sha256: string } | null } } };
export type CancelTrainingVariables = { id: string };
export const CancelTraining: Operation<CancelTrainingData, CancelTrainingVariables> = {
  name: 'CancelTraining',
  text: "mutation CancelTraining($id: ID!) { cancelTraining(id: $id) { __typename ... on TrainingPayload { training { ...TrainingFacts } } ... on OperationError { ...Refusal } } } fragment TrainingFacts on TrainingRun { id training status phase recipe overrides createdAt totalEpochs error { code message } model { id name version sha256 } } fragment Refusal on OperationError { code message retryable }",
};

export type StartSweepData = { readonly startSweep: { readonly __typename: 'OperationError'; readonly code: string; readonly message: string; readonly retryable: boolean } | { readonly __typename: 'SweepPayload'; readonly sweep: { readonly id: string; readonly trainings: readonly ({ readonly overrides: unknown; readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING' } | null })[] } } };
export type StartSweepVariables = { input: StartSweepInput };
export const StartSweep: Operation<StartSweepData, StartSweepVariables> = {
  name: 'StartSweep',
  text: "mutation StartSweep($input: StartSweepInput!) { startSweep(input: $input) { __typename ... on SweepPayload { sweep { id trainings { overrides training { id status } } } } ... on OperationError { ...Refusal } } } fragment Refusal on OperationError { code message retryable }",
};

export type TrainingProgressData = { readonly trainingProgress: { readonly training: { readonly id: string; readonly status: 'CANCELLED' | 'FAILED' | 'FINISHED' | 'QUEUED' | 'RUNNING' }; readonly epochs: readonly ({ readonly epoch: number; readonly train: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly test: { readonly loss: number; readonly maePx: number | null; readonly nme: number | null }; readonly seconds: number })[] } };
export type TrainingProgressVariables = { training: string; afterEpoch?: number | null };
export const TrainingProgress: Operation<TrainingProgressData, TrainingProgressVariables> = {
  name: 'TrainingProgress',
  text: "subscription TrainingProgress($training: ID!, $afterEpoch: Int) { trainingProgress(training: $training, afterEpoch: $afterEpoch) { training { id status } epochs { ...EpochFacts } } } fragment EpochFacts on Epoch { epoch train { loss maePx nme } test { loss maePx nme } seconds }",
};

