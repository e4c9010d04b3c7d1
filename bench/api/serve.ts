/** A server of the benchmark: `node serve.ts api|plain FOLDER TOKEN`. Says its URL to its parent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { graphql } from 'graphql';
import { localToken } from '../../graphql/auth/localToken.ts';
import { LiveCalls } from '../../graphql/live.ts';
import { startServer } from '../../graphql/nodeServer.ts';
import { type ApiContext, DEFAULT_SETTINGS } from '../../graphql/ports.ts';
import { schema } from '../../graphql/schema/index.ts';
import { createApi } from '../../graphql/server.ts';
import { SILENT } from '../../scoring/ports.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';

const [kind, folder, token] = process.argv.slice(2) as [string, string, string];
const { stores, queues, close } = await openEmbedded({ folder });
const models = { find: () => Promise.reject(new Error('no models here')), names: async () => [] };
const unlimited = { callsPerSecond: 1e9, burst: 1e9 };

async function serveApi(): Promise<string> {
  const api = createApi({ stores, queues, models, authenticators: [localToken(token)], rateLimit: unlimited });
  return (await startServer({ port: 0, api })).url;
}

/** graphql-js over node:http: parse, validate, execute; no caller, no limits. */
async function servePlain(): Promise<string> {
  const parts = {
    stores,
    queues,
    models,
    log: SILENT,
    now: () => new Date(),
    settings: DEFAULT_SETTINGS,
    live: new LiveCalls(1),
  };
  const caller = { id: 'plain', scopes: new Set(['admin'] as const), projects: '*', expiresAt: null } as const;
  const server = createServer(async (request, response) => {
    const { query } = (await json(request)) as { query: string };
    const contextValue: ApiContext = { parts, caller, signal: AbortSignal.timeout(60_000), memo: new Map() };
    const answer = await graphql({ schema, source: query, contextValue });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Asked how much processor time it has used, it tells: microseconds. */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ cpuMicros: user + system });
});
process.once('SIGTERM', async () => {
  await close();
  process.exit(0);
});
process.send!({ url: await (kind === 'api' ? serveApi() : servePlain()) });
