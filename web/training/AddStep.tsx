import { useState } from 'preact/hooks';

export interface AddStepProps {
  readonly kinds: readonly unknown[];
  readonly onAdd: (kind: unknown) => void;
}

/** Chooses first and adds then: the arrow keys that choose would otherwise add a step each. */
export function AddStep({ kinds, onAdd }: AddStepProps) {
  const [kind, setKind] = useState(String(kinds[0]));
  return (
    <p class="toolbar add">
      <label class="inline">
        New step
        <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          {kinds.map((one) => (
            <option key={String(one)} value={String(one)}>
              {String(one)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => onAdd(kinds.find((one) => String(one) === kind))}>
        Add step
      </button>
    </p>
  );
}
