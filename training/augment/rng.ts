/** Random numbers that depend on nothing but their seed: not on the order of samples, not on which thread draws them. */

export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  uniform(min: number, max: number): number;
  normal(sigma: number): number;
  /** 0 to n - 1. */
  int(n: number): number;
  chance(probability: number): boolean;
}

/** xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32 from the words of the seed. */
export function createRng(...words: readonly number[]): Rng {
  const state = seedState(words);
  const next = () => nextUint32(state) / 2 ** 32;
  return {
    next,
    uniform: (min, max) => min + (max - min) * next(),
    normal: (sigma) => sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    int: (n) => Math.floor(next() * n),
    chance: (probability) => next() < probability,
  };
}

/** 0 to n - 1 in a random order (Fisher and Yates). */
export function shuffledIndices(n: number, rng: Rng): Uint32Array {
  const indices = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    const kept = indices[i]!;
    indices[i] = indices[j]!;
    indices[j] = kept;
  }
  return indices;
}

function seedState(words: readonly number[]): Uint32Array {
  let hash = 0x9e3779b9;
  for (const word of words) hash = mix32((hash ^ (word >>> 0)) + 0x9e3779b9 + Math.floor(word / 2 ** 32));
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) {
    hash = (hash + 0x9e3779b9) | 0;
    state[i] = mix32(hash);
  }
  return state;
}

function mix32(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

function nextUint32(s: Uint32Array): number {
  const s1 = s[1]!;
  const result = Math.imul(rotl(Math.imul(s1, 5), 7), 9) >>> 0;
  const t = s1 << 9;
  s[2]! ^= s[0]!;
  s[3]! ^= s1;
  s[1]! ^= s[2]!;
  s[0]! ^= s[3]!;
  s[2]! ^= t;
  s[3] = rotl(s[3]!, 11);
  return result;
}

function rotl(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
