/**
 * The first API token of a project, when there is no administrator yet. An operator's command, with the operator's
 * credentials and the environment of the storage stack (docs/operate.md).
 *   node functions/issueToken.ts --project NAME --scopes admin --days 30 --name "first administrator"
 * The token is printed once, on standard output, and kept nowhere.
 */
import { parseArgs } from 'node:util';
import { FiducialError, isFiducialError } from '../domain/errors.ts';
import { slugSchema } from '../domain/records.ts';
import { createApiToken } from '../graphql/auth/apiTokens.ts';
import { SCOPES, type Scope } from '../graphql/auth/caller.ts';
import { openAws } from '../storage/aws/index.ts';
import type { ObjectStore } from '../storage/ports.ts';
import { readStorageConfig } from './config.ts';

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 365;

/** Gives the token. Throws INVALID_INPUT. */
export async function issueToken(results: ObjectStore, args: readonly string[], now: Date): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      project: { type: 'string', default: '' },
      scopes: { type: 'string', default: 'read' },
      days: { type: 'string', default: '30' },
      name: { type: 'string', default: 'issued by an operator' },
    },
  });
  const { project, name } = values;
  const scopes = values.scopes.split(',');
  const days = Number(values.days);
  if (!slugSchema.safeParse(project).success) throw invalid('--project NAME of a-z 0-9 . _ -', project);
  if (!scopes.every((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope))) {
    throw invalid(`--scopes among ${SCOPES.join(', ')}`, values.scopes);
  }
  if (!Number.isInteger(days) || days < 1 || days > LONGEST_DAYS)
    throw invalid(`--days from 1 to ${LONGEST_DAYS}`, values.days);
  const expiresAt = new Date(now.getTime() + days * DAY_MS);
  const request = { project, name, scopes: scopes as Scope[], expiresAt, createdBy: 'operator', at: now };
  return (await createApiToken(results, request)).secret;
}

function invalid(expected: string, got: string): FiducialError {
  return new FiducialError('INVALID_INPUT', `Expected ${expected}, got "${got}"`);
}

if (import.meta.main) {
  try {
    const config = readStorageConfig();
    const { stores, close } = openAws(config, config);
    console.log(await issueToken(stores.results, process.argv.slice(2), new Date()));
    await close();
  } catch (error) {
    if (!isFiducialError(error)) throw error;
    console.error(`fiducial: ${error.message}`);
    process.exitCode = 2;
  }
}
