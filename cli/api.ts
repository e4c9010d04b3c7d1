/** The API of a running stack, as the commands use it. */
import { z } from 'zod';
import { type ErrorCode, FiducialError } from '../domain/errors.ts';
import { LAYOUT_IDS } from '../domain/layouts.ts';
import { type Prediction, pointSchema } from '../domain/records.ts';
import type { Endpoint } from './stack.ts';

const policySchema = z.object({
  url: z.url(),
  keyPrefix: z.string(),
  key: z.string().nullable(),
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
  expiresAt: z.string(),
  maxBytes: z.number(),
});
export type Policy = z.infer<typeof policySchema>;

const operationErrorSchema = z.object({
  __typename: z.literal('OperationError'),
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
});
const namedErrors = z.array(z.object({ normaliser: z.string(), value: z.number() }));
const byNormaliser = (errors: z.infer<typeof namedErrors>) =>
  Object.fromEntries(errors.map(({ normaliser, value }) => [normaliser, value]));

const metricsSchema = z.object({
  n: z.int(),
  missed: z.int(),
  maePx: z.number().nullable(),
  nme: namedErrors.transform(byNormaliser),
  aucAt8: z.number().nullable(),
  failureRateAt10: z.number().nullable(),
  perKeypoint: z.array(z.object({ index: z.int(), name: z.string(), maePx: z.number(), nme: z.number().nullable() })),
});

const runSchema = z.object({
  id: z.string(),
  run: z.string(),
  status: z.enum(['PLANNING', 'RUNNING', 'DONE', 'FAILED', 'REJECTED', 'CANCELLED']),
  committedAt: z.string(),
  finishedAt: z.string().nullable(),
  items: z.int().nullable(),
  scored: z.int().nullable(),
  failed: z.int().nullable(),
  errors: z.array(z.object({ code: z.string(), count: z.int() })),
  rejection: z.object({ code: z.string(), message: z.string() }).nullable(),
  progress: z
    .object({
      items: z.int(),
      scored: z.int(),
      failed: z.int(),
      itemsPerSecond: z.number().nullable(),
      secondsLeft: z.number().nullable(),
    })
    .nullable(),
  model: z
    .object({
      name: z.string(),
      version: z.string(),
      layout: z.enum(LAYOUT_IDS),
      points: z.int(),
      licenceNote: z.string(),
    })
    .nullable(),
  metrics: metricsSchema.nullable(),
});
export type ApiRun = z.infer<typeof runSchema>;

const faceSchema = z.object({
  box: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
  boxSource: z
    .enum(['DETECTED', 'GIVEN', 'WHOLE'])
    .transform((source) => source.toLowerCase() as 'detected' | 'given' | 'whole'),
  keypoints: z.array(pointSchema),
  score: z.number().nullable(),
  maePx: z.number().nullable(),
  nme: namedErrors.transform((errors) => (errors.length === 0 ? null : byNormaliser(errors))),
});
const predictionSchema = z.object({
  key: z.string(),
  outcome: z.enum(['SCORED', 'FAILED']).transform((outcome) => outcome.toLowerCase() as Prediction['outcome']),
  width: z.int().nullable(),
  height: z.int().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  faces: z.array(faceSchema),
});

const POLICY = 'url keyPrefix key fields { name value } expiresAt maxBytes';
const RUN = `id run status committedAt finishedAt items scored failed errors { code count } rejection { code message }
  progress { items scored failed itemsPerSecond secondsLeft } model { name version layout points licenceNote }
  metrics { n missed maePx nme { normaliser value } aucAt8 failureRateAt10 perKeypoint { index name maePx nme } }`;
const PREDICTION = `key outcome width height error { code message }
  faces { box { left top width height } boxSource keypoints score maePx nme { normaliser value } }`;
const ERROR = '... on OperationError { code message retryable }';

export interface CommitRequest {
  readonly batch: string;
  readonly model: string;
  readonly crop: string | null;
  readonly errorThreshold: number;
}

export type Api = ReturnType<typeof openApi>;

/** Every call throws the FiducialError that the API names; UNAVAILABLE where it does not answer. */
export function openApi({ url, token }: Endpoint) {
  async function call<T>(query: string, variables: object, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-fiducial-csrf': '1' },
      body: JSON.stringify({ query, variables }),
      ...(signal ? { signal } : {}),
    }).catch((cause: Error) => {
      if (signal?.aborted) throw new FiducialError('ABORTED', 'Told to stop', { cause });
      throw new FiducialError(
        'UNAVAILABLE',
        `Expected the API at ${url} to answer, got: ${causeOf(cause)}; is the stack running (fiducial up)?`,
        { cause },
      );
    });
    const body = answerSchema.safeParse(await response.json().catch(() => null));
    if (!body.success)
      throw new FiducialError('UNAVAILABLE', `Expected a GraphQL answer from ${url}, got status ${response.status}`);
    const [error] = body.data.errors ?? [];
    if (error) throw new FiducialError((error.extensions?.code ?? 'INTERNAL') as ErrorCode, error.message);
    return schema.parse(body.data.data);
  }

  async function result<T extends { __typename: string }>(
    query: string,
    variables: object,
    field: string,
    schema: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const data = await call(query, variables, z.object({ [field]: z.union([operationErrorSchema, schema]) }), signal);
    const value = data[field] as T | z.infer<typeof operationErrorSchema>;
    if (value.__typename !== 'OperationError') return value as T;
    const failed = value as z.infer<typeof operationErrorSchema>;
    throw new FiducialError(failed.code as ErrorCode, failed.message, { retryable: failed.retryable });
  }

  return {
    url,
    createBatch: (name: string, signal?: AbortSignal) =>
      result(
        `mutation($input: CreateBatchInput!) { createBatch(input: $input) { __typename ... on CreateBatchPayload { batch { id batch } images { ${POLICY} } manifest { ${POLICY} } } ${ERROR} } }`,
        { input: { name } },
        'createBatch',
        z.object({
          __typename: z.literal('CreateBatchPayload'),
          batch: z.object({ id: z.string(), batch: z.string() }),
          images: policySchema,
          manifest: policySchema,
        }),
        signal,
      ),
    renewUpload: async (batch: string, signal?: AbortSignal): Promise<Policy> => {
      const payload = await result(
        `mutation($input: RenewUploadInput!) { renewUpload(input: $input) { __typename ... on RenewUploadPayload { images { ${POLICY} } } ${ERROR} } }`,
        { input: { batch } },
        'renewUpload',
        z.object({ __typename: z.literal('RenewUploadPayload'), images: policySchema }),
        signal,
      );
      return payload.images;
    },
    commitBatch: async (request: CommitRequest, signal?: AbortSignal): Promise<string> => {
      const payload = await result(
        `mutation($input: CommitBatchInput!) { commitBatch(input: $input) { __typename ... on RunPayload { run { id } } ${ERROR} } }`,
        { input: { ...request, crop: request.crop?.toUpperCase() ?? null } },
        'commitBatch',
        z.object({ __typename: z.literal('RunPayload'), run: z.object({ id: z.string() }) }),
        signal,
      );
      return payload.run.id;
    },
    /** `id` as the API gives it, or the run's own. NOT_FOUND. */
    run: async (id: string, signal?: AbortSignal): Promise<ApiRun> => {
      const global = id.includes(':') ? id : `Run:default:${id}`;
      const { run } = await call(
        `query($id: ID!) { run(id: $id) { ${RUN} } }`,
        { id: global },
        z.object({ run: runSchema.nullable() }),
        signal,
      );
      if (run) return run;
      throw new FiducialError('NOT_FOUND', `Expected a run ${id}, the stack at ${url} has none; see \`fiducial runs\``);
    },
    runs: async (first: number): Promise<ApiRun[]> => {
      const { runs } = await call(
        `query($first: Int!) { runs(first: $first) { edges { node { ${RUN} } } } }`,
        { first },
        z.object({ runs: z.object({ edges: z.array(z.object({ node: runSchema })) }) }),
      );
      return runs.edges.map(({ node }) => node);
    },
    /** A page at a time, in plan order. */
    async *predictions(
      id: string,
      filter: { outcome?: string | null; code?: string | null } = {},
      signal?: AbortSignal,
    ): AsyncGenerator<Prediction> {
      const global = id.includes(':') ? id : `Run:default:${id}`;
      const schema = z.object({
        run: z
          .object({
            predictions: z.object({
              edges: z.array(z.object({ node: predictionSchema })),
              pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
            }),
          })
          .nullable(),
      });
      for (let after: string | null = null; ; ) {
        const { run }: z.infer<typeof schema> = await call(
          `query($id: ID!, $after: String, $outcome: Outcome, $code: ItemErrorCode) { run(id: $id) { predictions(first: 15, after: $after, outcome: $outcome, code: $code) { edges { node { ${PREDICTION} } } pageInfo { hasNextPage endCursor } } } }`,
          { id: global, after, outcome: filter.outcome ?? null, code: filter.code ?? null },
          schema,
          signal,
        );
        if (!run) throw new FiducialError('NOT_FOUND', `Expected a run ${id}, the stack at ${url} has none`);
        for (const { node } of run.predictions.edges) yield node as Prediction;
        if (!run.predictions.pageInfo.hasNextPage || run.predictions.pageInfo.endCursor === null) return;
        after = run.predictions.pageInfo.endCursor;
      }
    },
    async allPredictions(id: string, signal?: AbortSignal): Promise<Prediction[]> {
      const all: Prediction[] = [];
      for await (const prediction of this.predictions(id, {}, signal)) all.push(prediction);
      return all;
    },
  };
}

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string().optional() }).optional() }))
    .optional(),
});

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
