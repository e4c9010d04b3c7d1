/** The API over an embedded storage, with models registered in it and workers that run when told to. */

import { uploadKeys } from '../../domain/keys.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { type ManifestEntry, scoreMessageSchema } from '../../domain/records.ts';
import { localToken } from '../../graphql/auth/localToken.ts';
import { type ApiOptions, createApi } from '../../graphql/server.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { handlePlanMessage } from '../../scoring/plan.ts';
import { scoreShard } from '../../scoring/scoreShard.ts';
import type { Embedded } from '../../storage/embedded/index.ts';
import type { JobQueue, ObjectStore } from '../../storage/ports.ts';
import { registerModel, sha256Of } from '../../training/registry.ts';
import { partsOf } from '../scoring/world.ts';
import { embedded } from '../storage/folders.ts';

export const TOKEN = 'a-token-of-this-test';

export interface StackOptions extends Partial<Omit<ApiOptions, 'stores' | 'queues' | 'models'>> {
  readonly baseUrl?: () => string;
  /** Instead of an embedded storage of its own. */
  readonly storage?: Pick<Embedded, 'stores' | 'queues'>;
}

export async function stack(options: StackOptions = {}) {
  const { baseUrl = () => 'http://api.test', storage: given, ...rest } = options;
  const storage = given ?? (await embedded({ baseUrl }));
  await register(storage.stores.models, 'shared', 'fake');
  await register(storage.stores.models, 'shared', 'other');
  await register(storage.stores.models, 'default', 'own');
  await register(storage.stores.models, 'elsewhere', 'theirs');
  const catalog = new ModelCatalog({ store: storage.stores.models, shipped: null, cache: null });
  const logged: Readonly<Record<string, unknown>>[] = [];
  const note = (fields: Readonly<Record<string, unknown>>) => void logged.push(fields);
  const api = createApi({
    log: { info: note, warn: note, error: note },
    stores: storage.stores,
    queues: storage.queues,
    models: catalog,
    authenticators: [localToken(TOKEN)],
    production: false,
    ...rest,
  });
  const parts = partsOf(storage, {
    now: () => new Date(),
    models: {
      resolve: async (project, reference) => {
        const { owner, card } = await catalog.find(project, reference);
        const { name, version, sha256, layout, points } = card;
        const pin = { owner, name, version, sha256, layout, points };
        return { pin, crop: card.crop, imagesSeen: () => catalog.imagesSeen(owner, card) };
      },
      detector: async () => 'd'.repeat(64),
    },
  });
  return {
    ...storage,
    api,
    parts,
    /** What the API wrote to its log. */
    logged,
    /** Answers as JSON; GraphQL errors are in it, not thrown. */
    ask: (query: string, variables: object = {}, token: string | null = TOKEN) => ask(api, query, variables, token),
    /** The data; throws where there are errors. */
    get: async (query: string, variables: object = {}) => {
      const { data, errors } = await ask(api, query, variables);
      if (errors) throw new Error(JSON.stringify(errors), { cause: logged.at(-1)?.err });
      return data;
    },
    work: () => work(storage, parts),
  };
}
export type Stack = Awaited<ReturnType<typeof stack>>;

// biome-ignore lint/suspicious/noExplicitAny: answers have as many shapes as questions
export type Answer = { data?: any; errors?: { message: string; extensions?: any; path?: string[] }[]; status: number };

export async function ask(
  api: { fetch(url: string, init: RequestInit): Response | Promise<Response> },
  query: string,
  variables: object = {},
  token: string | null = TOKEN,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await api.fetch('http://api.test/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return { ...((await response.json()) as object), status: response.status };
}

async function register(store: ObjectStore, owner: string, name: string): Promise<void> {
  const onnx = Buffer.from(`the network ${owner}/${name}`);
  await registerModel(store, owner, cardOf(name, onnx), onnx);
}

export function cardOf(name: string, onnx: Buffer, version = 'v1'): ModelCard {
  return {
    name,
    version,
    sha256: sha256Of(onnx),
    bytes: onnx.length,
    description: 'a network of the tests',
    layout: 'ibug68',
    points: 68,
    input: { width: 128, height: 128, channels: 3, margin: 1, kernel: 'linear', fill: [0, 0, 0], fit: 'pad' },
    crop: 'whole',
    codec: 'crop-units',
    detectorBoxes: {},
    flipTest: false,
    labelShift: 0,
    precision: 'float32',
    recipe: null,
    trainingRun: null,
    data: [],
    licenceNote: 'none',
    parityError: null,
    metrics: [],
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

/** Plans and scores until nothing is left to do. */
async function work({ queues }: Pick<Embedded, 'queues'>, parts: ReturnType<typeof partsOf>): Promise<void> {
  const signal = new AbortController().signal;
  const one = async (queue: JobQueue, handle: (body: string) => Promise<unknown>): Promise<boolean> => {
    const messages = await queue.receive({ max: 10, waitSeconds: 0, leaseSeconds: 60 });
    for (const { body, receipt } of messages) {
      await handle(body);
      await queue.acknowledge(receipt);
    }
    return messages.length > 0;
  };
  for (let busy = true; busy; ) {
    const planned = await one(queues.plan, (body) => handlePlanMessage(parts, body));
    const scored = await one(queues.score, (body) =>
      scoreShard(parts, scoreMessageSchema.parse(JSON.parse(body)), { signal }),
    );
    busy = planned || scored;
  }
}

export function imageName(i: number): string {
  return `set/${String(i).padStart(5, '0')}.jpg`;
}

/** Uploads past the API. Every seventh is no image. */
export async function fill(
  { stores }: Pick<Embedded, 'stores'>,
  batch: string,
  count: number,
  truth?: (i: number) => ManifestEntry,
  project = 'default',
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const body = i % 7 === 6 ? `bad ${i}` : `image ${i}`;
    await stores.uploads.put(uploadKeys.image(project, batch, imageName(i)), body);
  }
  if (!truth) return;
  const lines = Array.from({ length: count }, (_, i) => `${JSON.stringify({ ...truth(i), key: imageName(i) })}\n`);
  await stores.uploads.put(uploadKeys.manifest(project, batch), lines.join(''));
}
