/**
 * Colour changes as matrices [3][4] on sRGB values of 0 to 255, row by row, so that a run of them is one pass over the
 * pixels. The last column is added.
 */
export type ColourMatrix = readonly number[];

/** Luma weights of BT.601, as the exported graphs have them. */
export const BT601 = [0.299, 0.587, 0.114] as const;

export function brightness(factor: number): ColourMatrix {
  return [factor, 0, 0, 0, 0, factor, 0, 0, 0, 0, factor, 0];
}

/** 0 is grey, 1 the identity, beyond 1 stronger. */
export function saturation(factor: number): ColourMatrix {
  const [r, g, b] = BT601.map((weight) => weight * (1 - factor)) as [number, number, number];
  return [r + factor, g, b, 0, r, g + factor, b, 0, r, g, b + factor, 0];
}

/** Keeps luma and turns chroma, in YIQ (the colour space of NTSC, FCC 1953). */
export function hue(degrees: number): ColourMatrix {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const toYiq = [...BT601, 0.595716, -0.274453, -0.321263, 0.211456, -0.522591, 0.311135];
  const turn = [1, 0, 0, 0, cos, -sin, 0, sin, cos];
  const toRgb = [1, 0.9563, 0.621, 1, -0.2721, -0.6474, 1, -1.107, 1.7046];
  const m = multiply3(toRgb, multiply3(turn, toYiq));
  return [m[0]!, m[1]!, m[2]!, 0, m[3]!, m[4]!, m[5]!, 0, m[6]!, m[7]!, m[8]!, 0];
}

/** About `pivot`, a grey value. */
export function contrast(factor: number, pivot: number): ColourMatrix {
  const add = pivot * (1 - factor);
  return [factor, 0, 0, add, 0, factor, 0, add, 0, 0, factor, add];
}

/** `first`, then `second`. */
export function composeColours(first: ColourMatrix, second: ColourMatrix): ColourMatrix {
  const result: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = column === 3 ? second[row * 4 + 3]! : 0;
      for (let k = 0; k < 3; k++) sum += second[row * 4 + k]! * first[k * 4 + column]!;
      result.push(sum);
    }
  }
  return result;
}

function multiply3(a: readonly number[], b: readonly number[]): number[] {
  const result: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      result.push(a[row * 3]! * b[column]! + a[row * 3 + 1]! * b[3 + column]! + a[row * 3 + 2]! * b[6 + column]!);
    }
  }
  return result;
}
