import type { RunDetail } from '../api/operations.generated.ts';
import { setFilters } from '../app/location.ts';
import { type ItemFilter, ORDERS, type Order } from './useItems.ts';

const LABELS: Readonly<Record<Order, string>> = {
  worst: 'Worst first',
  best: 'Best first',
  failed: 'Failed',
  all: 'In order',
};

export interface ItemFiltersProps {
  readonly run: RunDetail;
  readonly filter: ItemFilter;
}

/** All of it is in the URL: a link shows the same images to whoever opens it. */
export function ItemFilters({ run, filter: { show, code, prefix } }: ItemFiltersProps) {
  const orders = run.evaluations.length > 0 ? ORDERS : ORDERS.slice(2);
  return (
    <fieldset class="filters" aria-label="Which images">
      {orders.map((order) => (
        <button
          type="button"
          key={order}
          aria-pressed={show === order}
          onClick={() => setFilters({ show: order, code: null, prefix: null }, { replace: false })}
        >
          {LABELS[order]}
        </button>
      ))}
      {show === 'failed' && run.errors.length > 0 && (
        <label class="inline">
          Reason
          <select value={code ?? ''} onChange={(event) => setFilters({ code: event.currentTarget.value })}>
            <option value="">any</option>
            {run.errors.map((one) => (
              <option key={one.code} value={one.code}>
                {one.code}
              </option>
            ))}
          </select>
        </label>
      )}
      {(show === 'failed' || show === 'all') && (
        <label class="inline">
          Name begins with
          <input
            type="search"
            value={prefix ?? ''}
            onInput={(event) => setFilters({ prefix: event.currentTarget.value })}
          />
        </label>
      )}
    </fieldset>
  );
}
