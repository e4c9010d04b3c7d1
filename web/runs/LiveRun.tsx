/** A run as it goes on: how far, how fast, how long still, and what fails as it fails. */
import { useEffect, useState } from 'preact/hooks';
import { useLive } from '../api/live.ts';
import { type Progress as Figures, type RunDetail, RunProgress } from '../api/operations.generated.ts';
import { count, duration } from '../ui/formatting.ts';
import { Progress } from '../ui/Progress.tsx';
import { Tile, Tiles } from '../ui/Tile.tsx';
import { CodeCounts } from './FailureCounts.tsx';
import { useFailureCounts } from './useFailureCounts.ts';

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
  useEffect(() => {
    const timer = setInterval(onEnd, POLL_MS);
    return () => clearInterval(timer);
  }, [onEnd]);
  return (
    <div class="live">
      <Progress label="Scored" share={progress ? progress.fraction : null} />
      {progress ? <Rates progress={progress} /> : <p role="status">Its images are being listed.</p>}
      {progress !== null && progress.failed > 0 && <FailuresSoFar id={run.id} failed={progress.failed} />}
    </div>
  );
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

function FailuresSoFar({ id, failed }: { readonly id: string; readonly failed: number }) {
  const tally = useFailureCounts(id, failed);
  if (!tally) return null;
  return (
    <>
      <CodeCounts run={id} counts={tally.counts} />
      {failed > tally.total && (
        <p class="note">
          By reason: {count(tally.total)} of {count(failed)} failures so far, in the order of the batch. All are counted
          when the run has ended.
        </p>
      )}
    </>
  );
}
