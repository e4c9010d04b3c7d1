/** A run as it goes on: how far, how fast, how long still, and what fails as it fails. */
import { useEffect, useState } from 'preact/hooks';
import { useLive } from '../api/live.ts';
import { type Progress as Figures, type RunDetail, RunProgress } from '../api/operations.generated.ts';
import { count, duration } from '../ui/formatting.ts';
import { Progress } from '../ui/Progress.tsx';
import { Tile, Tiles } from '../ui/Tile.tsx';
import { CodeCounts } from './FailureCounts.tsx';

export interface LiveRunProps {
  readonly run: RunDetail;
  readonly onEnd: () => void;
}

/** Where events do not come (a proxy that holds them back), the page asks by itself. */
const POLL_MS = 4000;

export function LiveRun({ run, onEnd }: LiveRunProps) {
  const [progress, setProgress] = useState<Figures | null>(run.progress);
  useLive(RunProgress, { run: run.id }, true, ({ runProgress: event }) => {
    setProgress(event.progress);
    if (event.run.status !== run.status) onEnd();
  });
  useEffect(() => setProgress((seen) => furthest(seen, run.progress)), [run.progress]);
  useEffect(() => {
    const timer = setInterval(onEnd, POLL_MS);
    return () => clearInterval(timer);
  }, [onEnd]);
  return (
    <div class="live">
      <Progress label="Scored" share={progress ? progress.fraction : null} />
      {progress ? <Rates progress={progress} /> : <p role="status">Its images are being listed.</p>}
      {progress !== null && progress.failed > 0 && <Failures run={run.id} progress={progress} />}
    </div>
  );
}

/** What was asked for may come after a later event. */
function furthest(a: Figures | null, b: Figures | null): Figures | null {
  return a && b && a.scored + a.failed > b.scored + b.failed ? a : (b ?? a);
}

function Rates({ progress }: { readonly progress: Figures }) {
  const { items, scored, failed, itemsPerSecond, secondsLeft } = progress;
  return (
    <Tiles>
      <Tile label="Through" value={`${count(scored + failed)} of ${count(items)}`} />
      <Tile label="Failed" value={count(failed)} />
      <Tile label="Images a second" value={itemsPerSecond === null ? '–' : itemsPerSecond.toFixed(1)} />
      <Tile label="Time left" value={duration(secondsLeft)} />
    </Tiles>
  );
}

function Failures({ run, progress: { failed, errors } }: { readonly run: string; readonly progress: Figures }) {
  const known = errors.reduce((sum, one) => sum + one.count, 0);
  return (
    <>
      <CodeCounts run={run} counts={errors} />
      {failed > known && (
        <p class="note">
          By reason: {count(known)} of {count(failed)} failures so far. An earlier release scored the others; they are
          counted when the run has ended.
        </p>
      )}
    </>
  );
}
