import { useState } from 'preact/hooks';
import type { ViewedFace } from './evaluate.ts';

export interface PointErrorsProps {
  readonly faces: readonly ViewedFace[];
  readonly chosen: string | null;
  /** `face:point`, or null. */
  readonly onChoose: (point: string | null) => void;
}

/** Each point, its place and its error; the one that is pointed at is marked on the image. */
export function PointErrors({ faces, chosen, onChoose }: PointErrorsProps) {
  const [worstFirst, setWorstFirst] = useState(true);
  const rows = faces.flatMap(({ points }, face) =>
    points.map((point) => ({ face, ...point, id: `${face}:${point.index}` })),
  );
  if (rows.length === 0) return null;
  const compared = rows.some(({ errorPx }) => errorPx !== null);
  if (worstFirst) rows.sort((a, b) => (b.errorPx ?? 0) - (a.errorPx ?? 0));
  return (
    <>
      {compared && (
        <label class="inline">
          <input
            type="checkbox"
            checked={worstFirst}
            onChange={(event) => setWorstFirst(event.currentTarget.checked)}
          />
          Largest error first
        </label>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard */}
      <section class="points" tabIndex={0} aria-label="Points">
        <table>
          <thead>
            <tr>
              <th scope="col">Point</th>
              <th scope="col">x, y</th>
              {compared && <th scope="col">Error</th>}
            </tr>
          </thead>
          <tbody onMouseLeave={() => onChoose(null)}>
            {rows.map(({ id, face, index, name, predicted: [x, y], errorPx }) => (
              <tr key={id} class={chosen === id ? 'chosen' : undefined} onMouseEnter={() => onChoose(id)}>
                <th scope="row">
                  <button type="button" class="plain" onFocus={() => onChoose(id)} onClick={() => onChoose(id)}>
                    {faces.length > 1 ? `${face + 1}. ` : ''}
                    {index} {name}
                  </button>
                </th>
                <td>
                  {x.toFixed(1)}, {y.toFixed(1)}
                </td>
                {compared && <td>{errorPx === null ? '–' : `${errorPx.toFixed(2)} px`}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
