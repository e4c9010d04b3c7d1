/** Who calls, and what they may do. */
import { FiducialError } from '../../domain/errors.ts';
import { slugSchema } from '../../domain/records.ts';

/** Each includes those before it. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Caller {
  /** For logs, rate limits and records: `token:<id>`, `user:<subject>`, `local`. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** `*`: all, for the owner of an embedded stack. */
  readonly projects: ReadonlySet<string> | '*';
  /** When the proof ends; subscriptions end with it. */
  readonly expiresAt: Date | null;
}

export function hasScope({ scopes }: Pick<Caller, 'scopes'>, scope: Scope): boolean {
  return SCOPES.slice(SCOPES.indexOf(scope)).some((one) => scopes.has(one));
}

/** FORBIDDEN. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (hasScope(caller, scope)) return;
  throw new FiducialError(
    'FORBIDDEN',
    `Expected the scope \`${scope}\`, got ${[...caller.scopes].join(', ') || 'none'}`,
  );
}

/**
 * FORBIDDEN for a project that the caller is not in, whether or not it exists. `shared` is no project: it is read by
 * all, where models are concerned, and written by none.
 */
export function requireProject({ projects }: Pick<Caller, 'projects'>, project: string): string {
  const valid = slugSchema.safeParse(project).success && project !== 'shared' && project !== 'commits';
  if (valid && (projects === '*' || projects.has(project))) return project;
  throw new FiducialError('FORBIDDEN', 'Expected a project that this caller is in, got another');
}

export function requireOwner(caller: Pick<Caller, 'projects'>, owner: string): string {
  return owner === 'shared' ? owner : requireProject(caller, owner);
}
