import { away } from '../api/connection.ts';
import { probe } from '../api/request.ts';
import { useValue } from '../api/value.ts';

/** Shown while the API does not answer. What is on the page stays, and catches up by itself. */
export function ConnectionBanner() {
  if (!useValue(away)) return <div role="status" class="sr-only" />;
  return (
    <div role="status" class="banner">
      The API does not answer. What you see may be old; it is being tried again.
      <button type="button" onClick={() => void probe().catch(() => {})}>
        Try now
      </button>
    </div>
  );
}
