/** What stands where data would: nothing yet, nothing at all, or why not. */
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/apiError.ts';

export function Loading({ what }: { readonly what: string }) {
  return (
    <p class="state" role="status">
      <span class="spinner" aria-hidden="true" /> Loading {what}…
    </p>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <div class="state empty">{children}</div>;
}

/** Nothing is shown for an API that is away, since the banner says so, nor for a refused token. */
export function Failure({ error, retry }: { readonly error: ApiError | null; readonly retry?: () => void }) {
  if (error?.kind !== 'refused') return null;
  return (
    <div class="state failure" role="alert">
      <p>
        <code>{error.code}</code> {error.message}
      </p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
