import type { RunDetail } from '../api/operations.generated.ts';
import { linkTo } from '../app/location.ts';
import { count } from '../ui/formatting.ts';

/** Failed images by reason; each leads to those images. */
export function FailureCounts({ run }: { readonly run: RunDetail }) {
  return <CodeCounts run={run.id} counts={run.errors} />;
}

export interface CodeCountsProps {
  readonly run: string;
  readonly counts: readonly { readonly code: string; readonly count: number }[];
}

export function CodeCounts({ run, counts }: CodeCountsProps) {
  const most = Math.max(...counts.map((one) => one.count), 1);
  return (
    <ul class="codes">
      {counts.map(({ code, count: n }) => (
        <li key={code}>
          <a href={linkTo(['runs', run], { show: 'failed', code })}>{code}</a>
          <meter min={0} max={most} value={n} aria-label={code} />
          <span>{count(n)}</span>
        </li>
      ))}
    </ul>
  );
}
