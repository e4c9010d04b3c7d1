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
import { Rejected } from './Rejected.tsx';
import { SeenTable } from './SeenTable.tsx';
import { useExample } from './useExample.ts';

export interface ResultsProps {
  readonly run: RunDetail;
  /** Digest of the truth that it is compared with. */
  readonly truth: string;
  /** A comparison that was under way has ended. */
  readonly onCompared: () => void;
}

/** Pixels: as high as the face beside it. */
const FIGURE_HEIGHT = 320;

/** A comparison with truth that came later takes its time. */
const POLL_MS = 1000;
/** One that was rejected is made when somebody adds the truth again. */
const POLL_REJECTED_MS = 5000;

export function Results({ run, truth, onCompared }: ResultsProps) {
  const [everyMs, setEveryMs] = useState<number | null>(null);
  const { data, error, loading, refetch } = useQuery(RunMetrics, { id: run.id, truth }, { everyMs });
  const metrics = data?.run?.metrics ?? null;
  const rejection = data?.run?.evaluationRejection ?? null;
  const open = data !== null && !metrics;
  useEffect(() => {
    setEveryMs(open ? (rejection ? POLL_REJECTED_MS : POLL_MS) : null);
    if ((metrics || rejection) && !run.evaluations.includes(truth)) onCompared();
  }, [data]);
  return (
    <Section title="Results">
      {run.evaluations.length > 1 && <TruthChoice run={run} truth={truth} />}
      {loading && <Loading what="the metrics" />}
      {open && !rejection && <Loading what="the comparison with this truth" />}
      {open && rejection && <Rejected why={rejection} what="The run could not be compared with this truth" />}
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
      <SeenTable metrics={metrics} />
      <div class="figures">
        {metrics.ced.length > 0 && (
          <Plot
            label={`Cumulative error curve; area to 8 %: ${metrics.aucAt8?.toFixed(3) ?? 'unknown'}`}
            from={[metrics]}
            height={FIGURE_HEIGHT}
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
            height={FIGURE_HEIGHT}
            spec={(options) => errorByKeypoint(metrics.perKeypoint, options)}
          />
        )}
      </div>
      <GroupTable groups={metrics.groups} />
    </>
  );
}

function TruthChoice({ run, truth }: { readonly run: RunDetail; readonly truth: string }) {
  return (
    <label class="inline">
      Ground truth
      <select value={truth} onChange={(event) => setFilters({ truth: event.currentTarget.value })}>
        {run.evaluations.map((digest) => (
          <option key={digest} value={digest}>
            {digest === run.truth ? 'that came with the batch' : `added later, ${digest.slice(0, 12)}`}
          </option>
        ))}
      </select>
    </label>
  );
}
