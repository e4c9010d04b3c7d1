/** From a request to its caller. Ways to prove who one is are tried in order; what none knows is refused. */
import { FiducialError } from '../../domain/errors.ts';
import type { Caller } from './caller.ts';

/** Null: not a token of this kind. UNAUTHENTICATED: one of this kind that proves nothing. */
export type Authenticator = (token: string) => Promise<Caller | null>;

/** UNAUTHENTICATED without a bearer token that one of `ways` accepts. */
export async function authenticate(authorization: string | null, ways: readonly Authenticator[]): Promise<Caller> {
  const token = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization ?? '')?.[1];
  if (!token) throw unauthenticated('an `Authorization: Bearer TOKEN` header, got none');
  for (const way of ways) {
    const caller = await way(token);
    if (caller) return caller;
  }
  throw unauthenticated('a token that is known here, got another');
}

export function unauthenticated(expected: string, cause?: unknown): FiducialError {
  return new FiducialError('UNAUTHENTICATED', `Expected ${expected}`, { cause });
}
