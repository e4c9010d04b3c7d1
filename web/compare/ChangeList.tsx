import { percent, pixels } from '../ui/formatting.ts';
import type { Comparison } from './ChangedMost.tsx';

type Change = Comparison['improved'][number];

export interface ChangeListProps {
  readonly title: string;
  readonly measure: Comparison['measure'];
  readonly changes: readonly Change[];
  readonly onOpen: (change: Change) => void;
}

export function ChangeList({ title, measure, changes, onOpen }: ChangeListProps) {
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      {changes.length === 0 && <p class="note">None.</p>}
      <ul class="plain-list">
        {changes.map((change, index) => (
          <li key={`${index} ${change.key}`}>
            <button type="button" class="item-row change" onClick={() => onOpen(change)}>
              <span class="thumb">
                {change.runPrediction?.imageUrl && <img src={change.runPrediction.imageUrl} alt="" loading="lazy" />}
              </span>
              <span class="key row-main">{change.key}</span>
              <span class="row-end number">
                {measure === 'NME'
                  ? `${percent(change.baselineNme)} → ${percent(change.runNme)}`
                  : `${pixels(change.baselineMaePx)} → ${pixels(change.runMaePx)}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
