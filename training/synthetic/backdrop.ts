/** What is behind a face: out-of-focus shapes on a gradient. SVG. */
import type { Size } from '../../domain/geometry.ts';
import type { Rng } from '../augment/rng.ts';
import { css, mix, type Rgb, shade } from './parameters.ts';

export function backdropSvg({ width, height }: Size, rng: Rng): string {
  const strong: Rgb = [rng.uniform(20, 235), rng.uniform(20, 235), rng.uniform(20, 235)];
  const grey = rng.chance(0.25);
  // Rooms and streets are seldom of strong colours.
  const base = mix(
    strong,
    shade([1, 0.98, 0.94], (strong[0] + strong[1] + strong[2]) / 3),
    rng.chance(0.2) ? 0 : rng.uniform(0.4, 0.9),
  );
  const tint = (by: number): string => {
    const level = rng.uniform(-by, by);
    const mean = (base[0] + base[1] + base[2]) / 3;
    const one = (value: number) => (grey ? mean : value) + level + (grey ? 0 : rng.uniform(-by, by) * 0.5);
    return css([one(base[0]), one(base[1]), one(base[2])]);
  };
  const busy = rng.chance(0.3) ? 0 : rng.int(16);
  const sharpness = rng.uniform(0.005, 0.05) * width;
  let shapes = '';
  for (let i = 0; i < busy; i++) {
    const [x, y] = [rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.1, 1.1) * height];
    const [w, h] = [rng.uniform(0.03, 0.5) * width, rng.uniform(0.03, 0.6) * height];
    const turn = rng.chance(0.5) ? 0 : rng.uniform(0, 90);
    shapes += rng.chance(0.6)
      ? `<rect x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}" transform="rotate(${turn} ${x} ${y})" fill="${tint(110)}"/>`
      : `<ellipse cx="${x}" cy="${y}" rx="${w / 2}" ry="${h / 2}" fill="${tint(110)}"/>`;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="g" x1="0" y1="0" x2="${rng.next().toFixed(2)}" y2="1"><stop offset="0" stop-color="${tint(40)}"/><stop offset="1" stop-color="${tint(60)}"/></linearGradient>
<filter id="b" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="${sharpness.toFixed(2)}"/></filter></defs>
<rect width="${width}" height="${height}" fill="url(#g)"/><g filter="url(#b)">${shapes}</g></svg>`;
}
