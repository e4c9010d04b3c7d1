/** Small numeric pieces of the face model. */

/** Monotone cubic interpolation through (x, y) knots (Fritsch and Carlson, 1980); constant beyond the ends. */
export function monotoneCurve(knots: readonly (readonly [number, number])[]): (x: number) => number {
  const n = knots.length;
  const slopes = knots.slice(1).map(([x, y], i) => (y - knots[i]![1]) / (x - knots[i]![0]));
  const tangents = knots.map((_, i) => {
    const before = slopes[i - 1] ?? slopes[0]!;
    const after = slopes[i] ?? slopes[n - 2]!;
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
  return (x) => {
    if (x <= knots[0]![0]) return knots[0]![1];
    if (x >= knots[n - 1]![0]) return knots[n - 1]![1];
    let i = 0;
    while (x > knots[i + 1]![0]) i++;
    const [x0, y0] = knots[i]!;
    const [x1, y1] = knots[i + 1]!;
    const h = x1 - x0;
    const u = (x - x0) / h;
    const v = 1 - u;
    return (
      y0 * v * v * (1 + 2 * u) +
      tangents[i]! * h * u * v * v +
      y1 * u * u * (1 + 2 * v) -
      tangents[i + 1]! * h * u * u * v
    );
  };
}

export function smoothstep(from: number, to: number, x: number): number {
  const u = Math.max(0, Math.min(1, (x - from) / (to - from)));
  return u * u * (3 - 2 * u);
}

export function gauss(x: number, sigma: number): number {
  return Math.exp(-((x / sigma) ** 2));
}

/** Smooth noise of about -1 to 1, the same for the same arguments. */
export function valueNoise(x: number, y: number, seed: number): number {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smoothstep(0, 1, x - ix), smoothstep(0, 1, y - iy)];
  const top = lattice(ix, iy, seed) * (1 - u) + lattice(ix + 1, iy, seed) * u;
  const bottom = lattice(ix, iy + 1, seed) * (1 - u) + lattice(ix + 1, iy + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

function lattice(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h ^= h >>> 13;
  return (h >>> 0) / 2 ** 31 - 1;
}
