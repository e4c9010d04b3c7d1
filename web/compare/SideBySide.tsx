import { useEffect, useRef } from 'preact/hooks';
import { ViewedImage } from '../viewer/Viewer.tsx';
import type { Comparison } from './ChangedMost.tsx';
import type { ComparedRun } from './useCompared.ts';

export interface SideBySideProps {
  readonly change: Comparison['improved'][number];
  readonly baseline: ComparedRun;
  readonly run: ComparedRun;
  readonly onClose: () => void;
}

/** One image as both runs have it. */
export function SideBySide({ change, baseline, run, onClose }: SideBySideProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const sides = [
    { side: baseline, prediction: change.baselinePrediction },
    { side: run, prediction: change.runPrediction },
  ];
  return (
    <dialog class="viewer" ref={dialog} onClose={onClose} aria-label={`${change.key} as both runs have it`}>
      <div class="viewer-bar">
        <span class="key">{change.key}</span>
        <button type="button" class="close" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <div class="side-by-side">
        {sides.map(({ side, prediction }) => (
          <section key={side.run.id} aria-label={side.label}>
            <h3>{side.label}</h3>
            {prediction ? (
              <ViewedImage id={prediction.id} layout={side.run.model?.layout ?? 'points'} />
            ) : (
              <p class="state">It is gone.</p>
            )}
          </section>
        ))}
      </div>
    </dialog>
  );
}
