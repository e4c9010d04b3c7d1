/**
 * Predicted points as discs, true points as upright crosses, those of missed faces as crosses on their side, and the way
 * between them. Shapes differ, not colours alone.
 */
import type { Point, Size } from '../../domain/geometry.ts';
import { LAYOUTS } from '../../domain/layouts.ts';
import type { ViewedFace, ViewedItem } from './evaluate.ts';
import { toStage, type Viewport } from './viewport.ts';

export interface OverlayLayers {
  readonly predicted: boolean;
  readonly truth: boolean;
  readonly lines: boolean;
  readonly boxes: boolean;
}

export interface OverlayProps {
  readonly item: ViewedItem;
  readonly layout: string;
  readonly layers: OverlayLayers;
  readonly view: Viewport;
  readonly stage: Size;
  readonly chosen: string | null;
}

export function Overlay({ item, layout, layers, view, stage, chosen }: OverlayProps) {
  return (
    <svg class="overlay" width={stage.width} height={stage.height} aria-hidden="true">
      {item.faces.map((face, index) => (
        <FaceMarks key={index} {...{ face, index, layout, layers, view, chosen }} />
      ))}
      {layers.truth &&
        item.missed.flatMap((points, t) =>
          points.map((point, i) => <Cross key={`${t}:${i}`} at={toStage(view, point)} kind="missed" chosen={false} />),
        )}
    </svg>
  );
}

interface FaceMarksProps extends Omit<OverlayProps, 'item' | 'stage'> {
  readonly face: ViewedFace;
  readonly index: number;
}

function FaceMarks({ face: { face, points }, index, layout, layers, view, chosen }: FaceMarksProps) {
  const predicted = points.map((point) => toStage(view, point.predicted));
  const truths = points.map(({ truth }) => (truth ? toStage(view, truth) : null));
  const is = (i: number) => chosen === `${index}:${i}`;
  return (
    <g data-face={index}>
      {layers.boxes && <BoxMark box={face.box} view={view} />}
      {layers.lines && layers.predicted && <Curves layout={layout} points={predicted} />}
      {layers.predicted &&
        layers.truth &&
        truths.map(
          (t, i) => t && <line key={i} class="gap" x1={t[0]} y1={t[1]} x2={predicted[i]![0]} y2={predicted[i]![1]} />,
        )}
      {layers.truth && truths.map((t, i) => t && <Cross key={i} at={t} kind="truth" chosen={is(i)} index={i} />)}
      {layers.predicted &&
        predicted.map(([x, y], i) => (
          <circle
            key={i}
            class={is(i) ? 'predicted chosen' : 'predicted'}
            cx={x}
            cy={y}
            r={is(i) ? 7 : 3}
            data-point={i}
          />
        ))}
    </g>
  );
}

function Curves({ layout, points }: { readonly layout: string; readonly points: readonly Point[] }) {
  const curves = Object.hasOwn(LAYOUTS, layout) ? LAYOUTS[layout as keyof typeof LAYOUTS].curves : [];
  return (
    <>
      {curves.map((curve) => (
        <polyline key={curve.join()} class="curve" points={curve.map((i) => points[i]?.join(',') ?? '').join(' ')} />
      ))}
    </>
  );
}

function BoxMark({ box, view }: { readonly box: { left: number; top: number } & Size; readonly view: Viewport }) {
  const [x, y] = toStage(view, [box.left, box.top]);
  return <rect class="face-box" x={x} y={y} width={box.width * view.scale} height={box.height * view.scale} />;
}

interface CrossProps {
  readonly at: Point;
  readonly kind: 'truth' | 'missed';
  readonly chosen: boolean;
  readonly index?: number;
}

function Cross({ at: [x, y], kind, chosen, index }: CrossProps) {
  const arm = chosen ? 8 : 4;
  const path =
    kind === 'truth'
      ? `M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}`
      : `M${x - arm} ${y - arm}L${x + arm} ${y + arm}M${x + arm} ${y - arm}L${x - arm} ${y + arm}`;
  return (
    <>
      <path class="edge" d={path} />
      <path class={chosen ? `${kind} chosen` : kind} d={path} data-truth={index} />
    </>
  );
}
