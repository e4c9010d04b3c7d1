import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { issueToken } from '../../functions/issueToken.ts';
import { publishModels, siteFiles } from '../../functions/publish.ts';
import { apiTokens } from '../../graphql/auth/apiTokens.ts';
import { ModelCatalog } from '../../inference/catalog.ts';
import { shippedCards } from '../../inference/shipped.ts';
import { embedded } from '../storage/folders.ts';

describe('publishing', () => {
  it('registers every model that ships as a shared one, and again without harm', async () => {
    const { stores } = await embedded();
    const shipped = await shippedCards('models');
    const names = await publishModels(stores.models, 'models');
    expect(names).toEqual(shipped.map(({ name, version }) => `shared/${name}@${version}`));
    expect(await publishModels(stores.models, 'models')).toEqual(names);
    const catalog = new ModelCatalog({ store: stores.models, shipped: null, cache: null });
    for (const { name, sha256 } of shipped) expect((await catalog.find('anyone', name)).card.sha256).toBe(sha256);
  });

  it('keeps files that are named after their content for ever, and the page that names them not at all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fiducial-site-'));
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    writeFileSync(join(folder, 'main-2NCQHFY4.js'), '');
    writeFileSync(join(folder, 'deep/icon.svg'), '');
    const files = await siteFiles(folder);
    expect(files.map(({ key, contentType, cacheControl }) => [key, contentType, cacheControl])).toEqual(
      expect.arrayContaining([
        ['main-2NCQHFY4.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
        ['deep/icon.svg', 'image/svg+xml', 'no-cache'],
        ['index.html', 'text/html; charset=utf-8', 'no-cache'],
      ]),
    );
    expect(files.at(-1)!.key).toBe('index.html');
  });
});

describe('the first token', () => {
  it('is accepted by the API, for its project and scopes, until it ends', async () => {
    const { stores } = await embedded();
    const now = new Date();
    const token = await issueToken(stores.results, ['--project', 'faces', '--scopes', 'admin', '--days', '7'], now);
    const caller = await apiTokens({ results: stores.results })(token);
    expect(caller).toMatchObject({ scopes: new Set(['admin']), projects: new Set(['faces']) });
    expect(caller!.expiresAt!.getTime() - now.getTime()).toBe(7 * 86_400_000);
  });

  it.each([
    [['--project', 'Not A Project'], /Expected --project/],
    [['--project', 'faces', '--scopes', 'root'], /Expected --scopes among read, write, admin, got "root"/],
    [['--project', 'faces', '--days', '4000'], /Expected --days from 1 to 365/],
  ])('is refused for %j', async (args, message) => {
    const { stores } = await embedded();
    await expect(issueToken(stores.results, args, new Date())).rejects.toThrow(message);
  });
});

describe('node cdk/deploy.ts', () => {
  it('says first, and all at once, what is missing, and deploys nothing', () => {
    const nowhere = mkdtempSync(join(tmpdir(), 'fiducial-deploy-'));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['cdk/deploy.ts'], {
      encoding: 'utf8',
      env: { PATH: nowhere, HOME: nowhere, AWS_EC2_METADATA_DISABLED: 'true' },
    });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('npx cdk bootstrap');
    expect(stderr).toMatch(/expected a Docker engine that answers/);
    expect(stderr).toMatch(/expected AWS credentials, found none: aws sso login/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
