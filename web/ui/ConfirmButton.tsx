import { useState } from 'preact/hooks';
import { useFocusWhen } from './useFocusWhen.ts';

export interface ConfirmButtonProps {
  readonly label: string;
  /** What will happen, as a sentence. */
  readonly warning: string;
  readonly disabled?: boolean;
  readonly onConfirm: () => void;
}

/** Asks once more, in place, before something that can't be undone. The focus goes to what changes nothing, and back. */
export function ConfirmButton({ label, warning, disabled = false, onConfirm }: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false);
  const button = useFocusWhen<HTMLButtonElement>(!asking);
  const keep = useFocusWhen<HTMLButtonElement>(asking);
  if (!asking) {
    return (
      <button ref={button} type="button" class="danger" disabled={disabled} onClick={() => setAsking(true)}>
        {label}…
      </button>
    );
  }
  const confirm = () => {
    setAsking(false);
    onConfirm();
  };
  return (
    <span class="confirm" role="alertdialog" aria-label={warning}>
      {warning}{' '}
      <button type="button" class="danger" onClick={confirm}>
        {label}
      </button>
      <button ref={keep} type="button" onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
}
