/** How well a run did: numbers, the cumulative error curve, errors on a face and by group. */
import { useEffect, useState } from 'preact/hooks';
import { cedCurves, errorByKeypoint } from '../../training/figures/specs/index.ts';
import { type MetricsDetail, type RunDetail, RunMetrics } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { setFilters } from '../app/location.ts';
import { FaceErrors } from '../faces/FaceErrors.tsx';
import { Plot } from '../plots/Plot.tsx';
import { Section } from '../ui/Page.tsx';
import { Failure, Loading } from '../ui/States.tsx';
import { GroupTable } from './GroupTable.tsx';
import { MetricTiles } from './MetricTiles.tsx';
import { useExample } from './useExample.ts';

export interface ResultsProps {
  readonly run: RunDetail;
  readonly filters: URLSearchParams;
  /** A comparison that was under way has ended. */
  readonly onCompared: () => void;
}

/** A comparison with truth that came later takes its time. */
const POLL_MS = 1000;

export function Results({ run, filters, onCompared }: ResultsProps) {
  const truth = filters.get('truth') ?? run.truth ?? run.evaluations[0] ?? null;
  const [waiting, setWaiting] = useState(false);
  const query = useQuery(RunMetrics, { id: run.id, truth }, { everyMs: waiting ? POLL_MS : null });
  const { data, error, loading, refetch } = query;
  const metrics = data?.run?.metrics ?? null;
  useEffect(() => {
    setWaiting(data !== null && metrics === null);
    if (metrics && !run.evaluations.includes(metrics.truth)) onCompared();
  }, [data]);
  return (
    <Section title="Results">
      {run.evaluations.length > 1 && <TruthChoice run={run} truth={truth} />}
      {loading && <Loading what="the metrics" />}
      {waiting && <Loading what="the comparison with this truth" />}
      <Failure error={error} retry={refetch} />
      {metrics && <Measured run={run.id} metrics={metrics} />}
    </Section>
  );
}

function Measured({ run, metrics }: { readonly run: string; readonly metrics: MetricsDetail }) {
  const example = useExample(run, metrics.layout);
  return (
    <>
      <MetricTiles metrics={metrics} />
      <div class="figures">
        {metrics.ced.length > 0 && (
          <Plot
            label={`Cumulative error curve; area to 8 %: ${metrics.aucAt8?.toFixed(3) ?? 'unknown'}`}
            from={[metrics]}
            spec={(options) =>
              cedCurves(
                [{ label: 'this run', ced: metrics.ced.map(({ error, share }) => [error, share] as const) }],
                options,
              )
            }
          />
        )}
        <FaceErrors layout={metrics.layout} errors={metrics.perKeypoint} example={example} />
        {metrics.perKeypoint.length > 1 && (
          <Plot
            label="Mean absolute error of each keypoint, in pixels"
            from={[metrics]}
            spec={(options) => errorByKeypoint(metrics.perKeypoint, options)}
          />
        )}
      </div>
      <GroupTable groups={metrics.groups} />
    </>
  );
}

function TruthChoice({ run, truth }: { readonly run: RunDetail; readonly truth: string | null }) {
  return (
    <label class="inline">
      Ground truth
      <select value={truth ?? ''} onChange={(event) => setFilters({ truth: event.currentTarget.value })}>
        {run.evaluations.map((digest) => (
          <option key={digest} value={digest}>
            {digest === run.truth ? 'that came with the batch' : `added later, ${digest.slice(0, 12)}`}
          </option>
        ))}
      </select>
    </label>
  );
}
