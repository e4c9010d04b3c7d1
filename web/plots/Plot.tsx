/** A Vega-Lite specification as a figure: drawn when it comes into view, again when it or the width changes. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FigureOptions } from '../../training/figures/specs/index.ts';
import { useValue } from '../api/value.ts';
import { theme } from '../app/theme.ts';
import { useSeen } from './useSeen.ts';
import { useWidth } from './useWidth.ts';

type Spec = Parameters<typeof import('./render.ts').draw>[1];

export interface PlotProps {
  /** What the figure shows, as a sentence: it stands for the drawing where that is not seen. */
  readonly label: string;
  readonly spec: (options: FigureOptions) => Spec;
  /** Draws again when one of them changes. */
  readonly from: readonly unknown[];
  /** Pixels. */
  readonly height?: number;
}

export function Plot({ label, spec, from, height = 260 }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const seen = useSeen(box);
  const width = useWidth(box);
  const [failure, setFailure] = useState<string | null>(null);
  const colours = useValue(theme);
  const drawn = useMemo(
    () => ({ ...spec({ theme: colours, width, height }), autosize: { type: 'fit', contains: 'padding' } as const }),
    [colours, width, height, ...from],
  );
  useEffect(() => {
    if (!seen || width === 0 || !box.current) return;
    const container = document.createElement('div');
    let stopped = false;
    let remove = () => {};
    import('./render.ts')
      .then(({ draw }) => draw(container, drawn))
      .then((drawing) => {
        if (stopped) return drawing.remove();
        remove = drawing.remove;
        box.current?.replaceChildren(container);
        setFailure(null);
      })
      .catch((error: Error) => !stopped && setFailure(error.message));
    return () => {
      stopped = true;
      remove();
    };
  }, [seen, drawn]);
  return (
    <figure class="plot">
      <div ref={box} class="plot-box" role="img" aria-label={label} style={{ minHeight: `${height}px` }} />
      {failure && <figcaption>The figure could not be drawn: {failure}</figcaption>}
    </figure>
  );
}
