import { monotoneCurve } from './curves.ts';
import type { HairStyle } from './parameters.ts';

/** Where hair begins, by the angle round the head: t of the hairline. Below 1.3 rad it is the face's edge. */
export function hairline(style: HairStyle): (s: number) => number {
  const front = { short: -0.86, fringe: -0.42, long: -0.84, receding: -1.08, bald: -9 }[style];
  const corner = { short: -0.8, fringe: -0.38, long: -0.62, receding: -1.12, bald: -9 }[style];
  const knots: (readonly [number, number])[] = [
    [0, front],
    [0.5, (front + corner) / 2],
    [0.8, corner],
    [1.05, Math.max(corner, style === 'receding' ? -0.7 : -0.52)],
    [1.22, style === 'fringe' ? 0.05 : -0.22],
    [1.42, 0.18],
    [1.52, 0.02],
    [1.8, 0.05],
    [2.1, 0.55],
    [Math.PI, 0.95],
  ];
  const curve = monotoneCurve(knots);
  return (s) => curve(Math.abs(s));
}
