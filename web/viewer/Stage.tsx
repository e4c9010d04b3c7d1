/** The image and, over it, its points: one place for both, so that they can't come apart. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Point, Size } from '../../domain/geometry.ts';
import type { ViewedItem } from './evaluate.ts';
import { Overlay, type OverlayLayers } from './Overlay.tsx';
import { useStageSize } from './useStageSize.ts';
import { moved, type Viewport, wholeImage, zoomed } from './viewport.ts';

export interface StageProps {
  readonly url: string | null;
  /** What the image is, for those who do not see it. */
  readonly label: string;
  /** As displayed, pixels; null where it could not be read. */
  readonly size: Size | null;
  readonly item: ViewedItem;
  readonly layout: string;
  readonly layers: OverlayLayers;
  /** `face:point` that is pointed out. */
  readonly chosen: string | null;
}

const STEP = 1.25;

export function Stage({ url, label, size, item, layout, layers, chosen }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const stage = useStageSize(box);
  const [natural, setNatural] = useState<Size | null>(null);
  const [broken, setBroken] = useState(false);
  const image = size ?? natural ?? { width: 1, height: 1 };
  const [view, setView] = useState<Viewport | null>(null);
  useEffect(() => setView(null), [url, stage.width, stage.height]);
  const now = view ?? wholeImage(image, stage);
  const zoomBy = (factor: number, at: Point = [stage.width / 2, stage.height / 2]) =>
    setView(zoomed(now, factor, at, image, stage));
  const drag = (event: PointerEvent) => {
    if (event.buttons === 1) setView(moved(now, event.movementX, event.movementY, image, stage));
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY / 400), [event.offsetX, event.offsetY]);
  };
  const frame = {
    left: `${now.left}px`,
    top: `${now.top}px`,
    width: `${image.width * now.scale}px`,
    height: `${image.height * now.scale}px`,
  };
  return (
    <div class="stage" ref={box} onPointerMove={drag} onWheel={wheel}>
      {url && !broken && (
        <img
          src={url}
          alt={label}
          draggable={false}
          style={frame}
          onError={() => setBroken(true)}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => setNatural({ width, height })}
        />
      )}
      {(broken || !url) && <p class="state">This browser can not show the image, or it is gone.</p>}
      <Overlay {...{ item, layout, layers, chosen, view: now, stage }} />
      <fieldset class="zoom" aria-label="Zoom">
        <button type="button" aria-label="Larger" onClick={() => zoomBy(STEP)}>
          +
        </button>
        <button type="button" aria-label="Smaller" onClick={() => zoomBy(1 / STEP)}>
          −
        </button>
        <button type="button" aria-label="Whole image" onClick={() => setView(null)}>
          ⤢
        </button>
      </fieldset>
    </div>
  );
}
