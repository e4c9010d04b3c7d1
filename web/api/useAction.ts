/** A mutation that a person starts: whether it is under way, and what became of it. */
import { useCallback, useState } from 'preact/hooks';
import { ApiError, asApiError } from './apiError.ts';

export interface Action<Args extends readonly unknown[]> {
  readonly busy: boolean;
  readonly error: ApiError | null;
  start(...args: Args): void;
  clear(): void;
}

export function useAction<Args extends readonly unknown[]>(act: (...args: Args) => Promise<void>): Action<Args> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const start = (...args: Args) => {
    setBusy(true);
    setError(null);
    act(...args)
      .catch((reason: unknown) => setError(asApiError(reason)))
      .finally(() => setBusy(false));
  };
  return { busy, error, start, clear: useCallback(() => setError(null), []) };
}

type Refused = {
  readonly __typename: 'OperationError';
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
};

/** The result of a mutation; throws where it says why it was not done. */
export function accepted<T extends { readonly __typename: string }>(result: T | Refused): Exclude<T, Refused> {
  if (result.__typename !== 'OperationError') return result as Exclude<T, Refused>;
  const { code, message, retryable } = result as Refused;
  throw new ApiError('refused', code, message, retryable);
}
