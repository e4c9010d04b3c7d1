import { useState } from 'preact/hooks';

export interface ConfirmButtonProps {
  readonly label: string;
  /** What will happen, as a sentence. */
  readonly warning: string;
  readonly disabled?: boolean;
  readonly onConfirm: () => void;
}

/** Asks once more, in place, before something that can't be undone. */
export function ConfirmButton({ label, warning, disabled = false, onConfirm }: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" class="danger" disabled={disabled} onClick={() => setAsking(true)}>
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
      <button type="button" onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
}
