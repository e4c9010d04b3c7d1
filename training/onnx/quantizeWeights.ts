/** Scales and integers: activations uint8 with a zero point, weights int8 symmetric per channel, biases int32. */
import type { Range } from './calibrate.ts';
import type { FloatTensor } from './tensor.ts';

/** A value x is scale * (q - zeroPoint). */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface QuantizedLayer {
  /** Same shape as the weights; axis 0 is the output channel. */
  readonly weights: Int8Array;
  /** A scale a channel. */
  readonly weightScales: Float32Array;
  /** In steps of input scale * weight scale. */
  readonly bias: Int32Array | null;
}

/** Room for the accumulator to add to the bias without overflow. */
const BIAS_LIMIT = 2 ** 30;

export function activationScale({ low, high }: Range): ActivationScale {
  const scale = Math.fround((high - low) / 255) || Math.fround(1 / 255);
  return { scale, zeroPoint: clamp(roundHalfEven(-low / scale), 0, 255) };
}

/**
 * -limit to limit a channel, so that zero is exact. A channel's scale grows where its bias would not fit otherwise.
 * A limit of 63 (7 bits) can not saturate the 16-bit sums of processors without VNNI.
 */
export function quantizeLayer(
  weights: FloatTensor,
  bias: Float32Array | null,
  inputScale: number,
  limit: 63 | 127 = 127,
): QuantizedLayer {
  const channels = weights.shape[0]!;
  const perChannel = weights.data.length / channels;
  const integers = new Int8Array(weights.data.length);
  const weightScales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const [from, to] = [channel * perChannel, (channel + 1) * perChannel];
    let largest = 0;
    for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(weights.data[i]!));
    const forBias = Math.abs(bias?.[channel] ?? 0) / (inputScale * BIAS_LIMIT);
    const scale = Math.fround(Math.max(largest / limit, forBias)) || 1;
    weightScales[channel] = scale;
    for (let i = from; i < to; i++) integers[i] = clamp(roundHalfEven(weights.data[i]! / scale), -limit, limit);
  }
  const biasOf = (value: number, channel: number) =>
    roundHalfEven(value / biasScale(inputScale, weightScales[channel]!));
  return { weights: integers, weightScales, bias: bias && Int32Array.from(bias, biasOf) };
}

/** The product as float32 has it, which is what the runtime multiplies by. */
export function biasScale(inputScale: number, weightScale: number): number {
  return Math.fround(inputScale * weightScale);
}

/** As ONNX's QuantizeLinear and NumPy round. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
