import { describe, expect, test } from 'vitest';
import { apiTokens, createApiToken } from '../../../graphql/auth/apiTokens.ts';
import { startServer } from '../../../graphql/nodeServer.ts';
import { createApi } from '../../../graphql/server.ts';
import { ModelCatalog } from '../../../inference/catalog.ts';
import { openEmbedded } from '../../../storage/embedded/index.ts';
import { SOON, type World } from './world.ts';

export function signIn(world: World): void {
  describe('signing in', () => {
    test('without a token asks for one, and a wrong one is refused in the words of the API', async () => {
      const { page, stack, withFailures } = world;
      const told = page.getByRole('alert');
      await withFailures(async () => {
        await page.goto(stack.url);
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await expect.poll(() => told.innerText(), SOON).toMatch(/token/i);
        const refused = page.waitForResponse((response) => response.status() === 401);
        await page.getByLabel('Token').fill('wrong');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await refused;
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await expect.poll(() => told.innerText(), SOON).toMatch(/token/i);
      });
    });

    test('with a token that has expired meanwhile asks for another, and goes on where it was', async () => {
      const { page, stack, withFailures } = world;
      const server = await serverWhoseTokensExpire(stack.folder);
      try {
        await page.goto(`${server.url}/#token=${server.secret}`);
        await page.getByText('Nothing is uploaded yet').waitFor();
        await expect.poll(() => page.url(), SOON).not.toContain(server.secret);
        server.expire();
        await withFailures(async () => {
          await page.getByRole('link', { name: 'Runs' }).click();
          await page.getByRole('heading', { name: 'Sign in' }).waitFor();
          await page
            .getByRole('alert')
            .filter({ hasText: /expired/ })
            .waitFor();
        });
        await page.getByLabel('Token').fill(await server.another());
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { name: 'Runs' }).waitFor();
        await page.getByText('Nothing has been scored yet').waitFor();
      } finally {
        await page.goto('about:blank');
        await server.close();
      }
    });

    test('with the link that the stack prints shows the batches', async () => {
      const { page, stack } = world;
      await page.goto(`${stack.url}/#token=${stack.token}`);
      await page.getByText('Nothing is uploaded yet').waitFor();
      await expect.poll(() => page.url(), SOON).toBe(`${stack.url}/#/`);
    });
  });
}

async function serverWhoseTokensExpire(folder: string) {
  let url = '';
  let now = new Date();
  const embedded = await openEmbedded({ folder, baseUrl: () => url });
  const { stores, queues, signer } = embedded;
  const models = new ModelCatalog({ store: stores.models, shipped: null, cache: null });
  const authenticators = [apiTokens({ results: stores.results, now: () => now, cacheMs: 0 })];
  const api = createApi({ stores, queues, models, authenticators });
  const staticFolder = new URL('../../../web/dist', import.meta.url).pathname;
  const server = await startServer({ port: 0, api, storage: { stores, signer }, staticFolder });
  url = server.url;
  const token = async () => {
    const expiresAt = new Date(now.getTime() + 60_000);
    const request = { project: 'default', name: 'test', scopes: ['read', 'write'] as const, createdBy: 'test' };
    return (await createApiToken(stores.results, { ...request, expiresAt, at: now })).secret;
  };
  return {
    url,
    secret: await token(),
    another: token,
    expire: () => {
      now = new Date(now.getTime() + 120_000);
    },
    close: async () => {
      await server.close();
      await embedded.close();
    },
  };
}
