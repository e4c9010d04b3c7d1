export type StepAct = 'earlier' | 'later' | 'remove';

export interface StepButtonsProps {
  readonly index: number;
  /** Index of the last step. */
  readonly last: number;
  /** There may be no fewer steps. */
  readonly fixed: boolean;
  readonly onAct: (index: number, act: StepAct) => void;
}

export function StepButtons({ index, last, fixed, onAct }: StepButtonsProps) {
  const step = `step ${index + 1}`;
  const buttons = [
    { act: 'earlier', sign: '↑', label: `Move ${step} earlier`, off: index === 0 },
    { act: 'later', sign: '↓', label: `Move ${step} later`, off: index === last },
    { act: 'remove', sign: '✕', label: `Remove ${step}`, off: fixed },
  ] as const;
  return (
    <span class="step-buttons">
      {buttons.map(({ act, sign, label, off }) => (
        <button
          key={act}
          type="button"
          data-act={act}
          aria-label={label}
          title={label}
          disabled={off}
          onClick={() => onAct(index, act)}
        >
          {sign}
        </button>
      ))}
    </span>
  );
}
