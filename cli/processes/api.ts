/** The API of the embedded stack: GraphQL, signed uploads and downloads, the dashboard. */
import { apiTokens } from '../../graphql/auth/apiTokens.ts';
import { localToken } from '../../graphql/auth/localToken.ts';
import { startServer } from '../../graphql/nodeServer.ts';
import { createApi } from '../../graphql/server.ts';
import { FOLDERS } from '../context.ts';
import { letGo, processConfig, sayReady, stopSignal } from './lifecycle.ts';
import { openStack, processConfigSchema } from './stackProcess.ts';

const config = await processConfig((value) => processConfigSchema.parse(value));
const signal = stopSignal();
let url = config.url ?? '';
const { storage, stores, queues, catalog, log } = await openStack(config, 'api', () => url);
const authenticators = [localToken(config.token), apiTokens({ results: stores.results })];
const api = createApi({ stores, queues, models: catalog, authenticators, log });
const server = await startServer({
  port: config.url === null ? config.port : Number(new URL(config.url).port),
  host: config.host,
  api,
  // S3 answers signed requests itself.
  storage: storage.signer && { stores, signer: storage.signer },
  staticFolder: FOLDERS.web,
  log,
});
url = server.url;
sayReady({ url });
signal.addEventListener('abort', async () => {
  await server.close();
  await storage.close();
  letGo();
});
