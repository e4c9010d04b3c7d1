import type { MetricsDetail } from '../api/operations.generated.ts';
import { count, interOcular, percent, pixels, things } from '../ui/formatting.ts';
import { Tile, Tiles } from '../ui/Tile.tsx';

export function MetricTiles({ metrics }: { readonly metrics: MetricsDetail }) {
  return (
    <Tiles>
      <Tile label="MAE" value={pixels(metrics.maePx)} note={`over ${things(metrics.n, 'face')}`} />
      <Tile label="NME" value={percent(interOcular(metrics.nme))} note="of the inter-ocular distance" />
      <Tile label="Failure rate" value={percent(metrics.failureRateAt10)} note="NME above 10 %, or missed" />
      <Tile label="AUC to 8 %" value={metrics.aucAt8 === null ? '–' : metrics.aucAt8.toFixed(3)} note="1 is best" />
      <Tile label="Missed faces" value={count(metrics.missed)} note="an infinite error each" />
      <Tile label="Extra faces" value={count(metrics.extra)} note="beyond the truth" />
    </Tiles>
  );
}
