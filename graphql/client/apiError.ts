/** A failure that the API told of, or that it could not be asked. */
export class ApiError extends Error {
  /** As domain/errors.ts names it; UNAVAILABLE where nothing answered. */
  readonly code: string;
  readonly retryable: boolean;
  /** What the log of the API has the details under. */
  readonly reference: string | null;

  constructor(
    code: string,
    message: string,
    more: { retryable?: boolean; reference?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'ApiError';
    this.code = code;
    this.retryable = more.retryable ?? false;
    this.reference = more.reference ?? null;
  }
}

export interface ServedError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryable?: boolean; readonly reference?: string };
}

export function errorOf({ message, extensions = {} }: ServedError): ApiError {
  const { code = 'INVALID_INPUT', retryable = false, reference = null } = extensions;
  return new ApiError(code, message, { retryable, reference });
}

/** Of a mutation: the payload, or the OperationError thrown. Ask for `__typename`, and `code message retryable` of it. */
export function payload<T extends { readonly __typename: string }>(
  result: T,
): Exclude<T, { readonly __typename: 'OperationError' }> {
  if (result.__typename !== 'OperationError') return result as Exclude<T, { readonly __typename: 'OperationError' }>;
  const { code, message, retryable } = result as unknown as { code: string; message: string; retryable?: boolean };
  throw new ApiError(code, message, { retryable: retryable ?? false });
}
