/** The images of a run, as the URL says which and in what order; one of them opened large. */
import type { RunDetail } from '../api/operations.generated.ts';
import { setFilters } from '../app/location.ts';
import { count } from '../ui/formatting.ts';
import { LongList } from '../ui/LongList.tsx';
import { Section } from '../ui/Page.tsx';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { Viewer } from '../viewer/Viewer.tsx';
import { ItemFilters } from './ItemFilters.tsx';
import { ItemRow } from './ItemRow.tsx';
import { filterOf, useItems } from './useItems.ts';

export interface ItemsProps {
  readonly run: RunDetail;
  readonly layout: string;
  readonly filters: URLSearchParams;
}

export function Items({ run, layout, filters }: ItemsProps) {
  const filter = filterOf(filters, run.evaluations.length > 0);
  const items = useItems(run.id, filter);
  const open = filters.get('open');
  const at = items.rows.findIndex(({ item }) => item.id === open);
  const step = (by: number) => {
    const next = items.rows[at + by];
    return at >= 0 && next ? () => setFilters({ open: next.item.id }) : null;
  };
  return (
    <Section title="Images" busy={items.loading}>
      <ItemFilters run={run} filter={filter} />
      <Failure error={items.error} retry={items.more} />
      {items.rows.length > 0 && (
        <LongList
          label="Images"
          rows={items.rows}
          rowHeight={72}
          keyOf={({ item }, index) => `${index} ${item.id}`}
          onNearEnd={items.more}
        >
          {(row, index) => (
            <ItemRow row={row} place={index + 1} onOpen={() => setFilters({ open: row.item.id }, { replace: false })} />
          )}
        </LongList>
      )}
      {items.loading && items.rows.length === 0 && <Loading what="images" />}
      {!items.loading && items.rows.length === 0 && (
        <Empty>
          {run.status === 'RUNNING' ? 'None is through yet' : 'No image fits these filters'}
          {items.hasMore ? ' so far. ' : '.'}
          {items.hasMore && (
            <button type="button" onClick={items.more}>
              Look further
            </button>
          )}
        </Empty>
      )}
      {open && (
        <Viewer
          id={open}
          layout={layout}
          place={at < 0 ? '' : `${count(at + 1)} of ${count(items.rows.length)}${items.hasMore ? ' so far' : ''}`}
          onClose={() => setFilters({ open: null })}
          onNext={step(1)}
          onPrevious={step(-1)}
        />
      )}
    </Section>
  );
}
