/** The API of a running stack, as the commands use it: the typed client, with errors and values of the domain. */
import { type ErrorCode, FiducialError } from '../domain/errors.ts';
import type { LayoutId } from '../domain/layouts.ts';
import type { Prediction } from '../domain/records.ts';
import {
  ApiError,
  type CallOptions,
  CommitBatch,
  CompareRuns,
  type CompareRunsData,
  CreateBatch,
  createClient,
  Metrics,
  type MetricsFacts,
  type Operation,
  Predictions,
  type PredictionsData,
  type PredictionsVariables,
  payload,
  RenewUpload,
  Run,
  type RunData,
  type RunFacts,
  Runs,
  type Upload,
} from '../graphql/client/index.ts';
import type { Endpoint } from './stack.ts';

export type Policy = Upload;
export type { MetricsFacts };

export type ApiRun = Omit<RunFacts, 'model'> & {
  readonly model: (Omit<NonNullable<RunFacts['model']>, 'layout'> & { readonly layout: LayoutId }) | null;
  readonly progress: NonNullable<RunData['run']>['progress'];
  readonly metrics: ApiMetrics | null;
};

export type ApiMetrics = Omit<MetricsFacts, 'nme'> & { readonly nme: Readonly<Record<string, number>> };
export type Comparison = CompareRunsData['compareRuns'][number];

export interface CommitRequest {
  readonly batch: string;
  readonly model: string;
  readonly crop: string | null;
  readonly errorThreshold: number;
}

export type Api = ReturnType<typeof openApi>;

/** Every call throws the FiducialError that the API names; UNAVAILABLE where it does not answer. */
export function openApi({ url, token }: Endpoint) {
  const client = createClient({ url, token });
  async function ask<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Data> {
    const options: CallOptions = signal ? { signal } : {};
    return translated(() => client.request(operation, variables, options), url, signal);
  }

  return {
    url,
    createBatch: async (name: string, signal?: AbortSignal) =>
      translated(async () => payload((await ask(CreateBatch, { input: { name } }, signal)).createBatch), url),
    renewUpload: async (batch: string, signal?: AbortSignal): Promise<Policy> =>
      translated(async () => payload((await ask(RenewUpload, { input: { batch } }, signal)).renewUpload).upload, url),
    commitBatch: async ({ crop, ...request }: CommitRequest, signal?: AbortSignal): Promise<string> => {
      const input = { ...request, crop: crop === null ? null : (crop.toUpperCase() as 'BOX' | 'DETECT' | 'WHOLE') };
      return translated(async () => payload((await ask(CommitBatch, { input }, signal)).commitBatch).run.id, url);
    },
    /** `id` as the API gives it, or the run's own. NOT_FOUND. */
    run: async (id: string, signal?: AbortSignal): Promise<ApiRun> => {
      const { run } = await ask(Run, { id: globalId(id) }, signal);
      if (!run) throw notFound(id, url);
      const measured =
        run.status === 'DONE' || run.status === 'FAILED'
          ? (await ask(Metrics, { id: run.id }, signal)).run?.metrics
          : null;
      return { ...run, model: modelOf(run), metrics: measured ? withRecord(measured) : null };
    },
    runs: async (first: number) => (await ask(Runs, { first })).runs.edges.map(({ node }) => node),
    /** Errors of the runs against the first. */
    compare: async (ids: readonly string[]): Promise<readonly Comparison[]> =>
      (await ask(CompareRuns, { runs: ids.map(globalId) })).compareRuns,
    /** A page at a time, in plan order. */
    async *predictions(
      id: string,
      filter: { outcome?: string | null; code?: string | null } = {},
      signal?: AbortSignal,
    ): AsyncGenerator<Prediction> {
      let after: string | null = null;
      for (;;) {
        const variables: PredictionsVariables = {
          id: globalId(id),
          after,
          first: PAGE,
          outcome: filter.outcome as 'FAILED' | 'SCORED' | null,
          code: filter.code as never,
        };
        const { run }: PredictionsData = await ask(Predictions, variables, signal);
        if (!run) throw notFound(id, url);
        for (const { node } of run.predictions.edges) yield predictionOf(node);
        after = run.predictions.pageInfo.endCursor;
        if (!run.predictions.pageInfo.hasNextPage || after === null) return;
      }
    },
    async allPredictions(id: string, signal?: AbortSignal): Promise<Prediction[]> {
      const all: Prediction[] = [];
      for await (const prediction of this.predictions(id, {}, signal)) all.push(prediction);
      return all;
    },
  };
}

/** Predictions asked for at once: a page with all its keypoints is half of what the API lets a query cost. */
const PAGE = 100;

function globalId(id: string): string {
  return id.includes(':') ? id : `Run:default:${id}`;
}

function notFound(id: string, url: string): FiducialError {
  return new FiducialError('NOT_FOUND', `Expected a run ${id}, the stack at ${url} has none; see \`fiducial runs\``);
}

function modelOf({ model }: Pick<RunFacts, 'model'>): ApiRun['model'] {
  return model && { ...model, layout: model.layout as LayoutId };
}

function withRecord({ nme, ...metrics }: MetricsFacts): ApiMetrics {
  return { ...metrics, nme: recordOf(nme) };
}

function recordOf(errors: readonly { readonly normaliser: string; readonly value: number }[]): Record<string, number> {
  return Object.fromEntries(errors.map(({ normaliser, value }) => [normaliser, value]));
}

type PredictionNode = NonNullable<PredictionsData['run']>['predictions']['edges'][number]['node'];

/** As `score --out` writes it. */
function predictionOf({ key, outcome, width, height, error, faces, seen }: PredictionNode): Prediction {
  return {
    key,
    outcome: outcome === 'SCORED' ? 'scored' : 'failed',
    width,
    height,
    error,
    faces: faces.map(({ box, boxSource, keypoints, score, maePx, nme }) => ({
      box,
      boxSource: boxSource.toLowerCase() as 'given' | 'detected' | 'whole',
      keypoints: [...keypoints],
      score,
      maePx,
      // Empty with truth that has no such normaliser; null without truth.
      nme: maePx === null ? null : recordOf(nme),
    })),
    ...(seen === null ? {} : { seen }),
  };
}

async function translated<T>(work: () => Promise<T>, url: string, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted) throw new FiducialError('ABORTED', 'Told to stop', { cause });
    if (!(cause instanceof ApiError)) throw cause;
    const hint = cause.code === 'UNAVAILABLE' ? `; is the stack at ${url} running (fiducial up)?` : '';
    throw new FiducialError(cause.code as ErrorCode, `${cause.message}${hint}`, { retryable: cause.retryable, cause });
  }
}
