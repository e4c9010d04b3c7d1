/** What can go wrong with a call, as pages tell it. */
export type ApiErrorKind =
  /** Nothing answered; the connection is being watched. */
  | 'unreachable'
  /** No token, or one that has expired. */
  | 'unauthenticated'
  /** The API says what was expected; `code` is stable. */
  | 'refused';

export class ApiError extends Error {
  readonly kind: ApiErrorKind;
  readonly code: string;
  readonly retryable: boolean;
  constructor(kind: ApiErrorKind, code: string, message: string, retryable = false) {
    super(message);
    this.name = 'ApiError';
    this.kind = kind;
    this.code = code;
    this.retryable = retryable;
  }
}

export function unreachable(): ApiError {
  return new ApiError('unreachable', 'UNREACHABLE', 'The API does not answer', true);
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('refused', 'UNEXPECTED', error instanceof Error ? error.message : String(error));
}
