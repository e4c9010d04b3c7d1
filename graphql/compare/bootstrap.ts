/** How sure a mean difference is. Efron and Tibshirani, "An Introduction to the Bootstrap", 1993: the percentile interval. */

export interface MeanDifference {
  readonly n: number;
  readonly mean: number;
  /** 95 % of resampled means lie between these. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1_000;
const TAIL = 0.025;

/** Of paired differences. The same values give the same interval: the draws have a fixed seed. Null for none. */
export function bootstrapMean(differences: readonly number[], resamples = RESAMPLES): MeanDifference | null {
  const n = differences.length;
  if (n === 0) return null;
  const values = Float64Array.from(differences);
  const random = mulberry32(n);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[Math.floor(random() * n)]!;
    means[r] = sum / n;
  }
  means.sort();
  const at = (share: number) => means[Math.min(resamples - 1, Math.max(0, Math.round(share * (resamples - 1))))]!;
  return { n, mean: values.reduce((sum, value) => sum + value, 0) / n, low: at(TAIL), high: at(1 - TAIL) };
}

/** Tommy Ettinger's generator of 32 bits, uniform in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
