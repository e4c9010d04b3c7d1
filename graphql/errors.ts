/** Which failures a caller may see. Everything else is masked, with a reference id that is in the log. */
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { type ErrorCode, FiducialError } from '../domain/errors.ts';
import type { Log } from './ports.ts';

/** Codes whose messages are written for callers: they can act on them. */
const SPOKEN: ReadonlySet<ErrorCode> = new Set([
  'INVALID_INPUT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PRECONDITION_FAILED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNKNOWN_MODEL',
  'INVALID_MANIFEST',
  'NO_IMAGES',
  'DELETED',
  'CANCELLED',
  'THROTTLED',
  'LIMIT_EXCEEDED',
]);

/** A failure that a mutation answers as a value: the type `OperationError`. */
export class OperationFailure extends Error {
  readonly failure: FiducialError;
  constructor(failure: FiducialError) {
    super(failure.message, { cause: failure });
    this.name = 'OperationFailure';
    this.failure = failure;
  }
}

export function isSpoken(error: unknown): error is FiducialError {
  return error instanceof FiducialError && SPOKEN.has(error.code);
}

/** What a resolver threw, as the client gets it. */
export function presentError(error: unknown, log: Log): Error {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  if (error instanceof GraphQLError && !cause) return error;
  const original = error instanceof GraphQLError ? error : null;
  const place = original ? { nodes: original.nodes, path: original.path } : {};
  if (cause instanceof OperationFailure) return presentError(cause.failure, log);
  if (isSpoken(cause)) {
    const { code, retryable, message } = cause;
    return new GraphQLError(message, { ...place, extensions: { code, retryable } } as object);
  }
  const reference = randomUUID();
  log.error({ reference, path: original?.path?.join('.'), err: cause }, 'a request failed unexpectedly');
  const retryable = cause instanceof FiducialError && cause.retryable;
  const code = retryable ? 'UNAVAILABLE' : 'INTERNAL';
  const message = `Something went wrong here; the log has it under ${reference}`;
  return new GraphQLError(message, { ...place, extensions: { code, retryable, reference } } as object);
}
