/** The mean error of each keypoint, drawn where the keypoint is: the larger the disc, the larger the error. */
import type { Point } from '../../domain/geometry.ts';
import { LAYOUTS } from '../../domain/layouts.ts';
import { pixels } from '../ui/formatting.ts';
import { BACKDROP, shapeOf } from './shapes.ts';

export interface PointError {
  readonly index: number;
  readonly name: string;
  readonly maePx: number;
}

export interface FaceErrorsProps {
  readonly layout: string;
  readonly errors: readonly PointError[];
  /** A face of the run in the layout, for layouts that have no drawing of their own. */
  readonly example?: readonly Point[] | null;
}

const LARGEST = 4.2;
const SMALLEST = 0.7;

export function FaceErrors({ layout, errors, example = null }: FaceErrorsProps) {
  const shape = shapeOf(layout, errors.length) ?? (example?.length === errors.length ? fitted(example) : null);
  if (!shape) return null;
  const worst = Math.max(...errors.map(({ maePx }) => maePx), 1e-9);
  const largest = errors.find(({ maePx }) => maePx === worst);
  return (
    <figure class="face-errors">
      <svg
        viewBox="0 -8 100 104"
        role="img"
        aria-label={`Error by keypoint; largest at ${largest?.name}: ${pixels(worst)}`}
      >
        <Curves layout={layout} shape={shape} />
        {errors.map(({ index, name, maePx }) => (
          <circle
            key={index}
            class={maePx > worst * 0.75 ? 'error-point high' : 'error-point'}
            cx={shape[index]![0]}
            cy={shape[index]![1]}
            r={SMALLEST + (LARGEST - SMALLEST) * (maePx / worst)}
          >
            <title>{`${index}, ${name}: ${pixels(maePx)}`}</title>
          </circle>
        ))}
      </svg>
      <figcaption>
        Largest: {largest?.name}, {pixels(worst)}
      </figcaption>
    </figure>
  );
}

function Curves({ layout, shape }: { readonly layout: string; readonly shape: readonly Point[] }) {
  const own = Object.hasOwn(LAYOUTS, layout) ? LAYOUTS[layout as keyof typeof LAYOUTS].curves : [];
  const [curves, points] = own.length > 0 ? [own, shape] : [LAYOUTS.ibug68.curves, BACKDROP];
  return (
    <g class="face-curves">
      {curves.map((curve) => (
        <polyline key={curve.join()} points={curve.map((i) => points[i]!.join(',')).join(' ')} />
      ))}
    </g>
  );
}

/** Into the drawing's units, aspect kept. */
function fitted(points: readonly Point[]): readonly Point[] {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const scale = 84 / Math.max(Math.max(...xs) - left, Math.max(...ys) - top, 1e-9);
  return points.map(([x, y]): Point => [8 + (x - left) * scale, 2 + (y - top) * scale]);
}
