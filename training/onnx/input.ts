/** The start of every exported graph: from uint8 pixels to what the network was trained on. */
import type { OnnxBuilder } from './builder.ts';

/** ITU-R BT.601 luma of R, G, B, as the training input has it. */
export const BT601 = [0.299, 0.587, 0.114] as const;

export interface InputNormalisation {
  /** 1: converted to grey first. */
  readonly channels: 1 | 3;
  /** The network sees (x / 255 - mean) / std, a value a channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** `image` is uint8 [N, H, W, 3], RGB. Gives float32 [N, channels, H, W]. */
export function normalisedInput(builder: OnnxBuilder, image: string, normalisation: InputNormalisation): string {
  const { channels, mean, std } = normalisation;
  if (mean.length !== channels || std.length !== channels || !std.every((value) => value > 0)) {
    throw new RangeError(`Expected ${channels} means and positive deviations, got [${mean}] and [${std}]`);
  }
  const planes = builder.node('Transpose', [image], { name: 'planes', attributes: { perm: [0, 3, 1, 2] } });
  const pixels = builder.node('Cast', [planes], { name: 'pixels', attributes: { to: 1 } });
  const shift = Float32Array.from(mean, (value, i) => -value / std[i]!);
  if (channels === 1) {
    const weights = Float32Array.from(BT601, (weight) => weight / (255 * std[0]!));
    const inputs = [
      pixels,
      builder.constant('grey.weight', [1, 3, 1, 1], weights),
      builder.constant('grey.bias', [1], shift),
    ];
    return builder.node('Conv', inputs, { name: 'grey', attributes: { kernel_shape: [1, 1] } });
  }
  const scale = Float32Array.from(std, (value) => 1 / (255 * value));
  const scaled = builder.node('Mul', [pixels, builder.constant('input.scale', [3, 1, 1], scale)], { name: 'scaled' });
  return builder.node('Add', [scaled, builder.constant('input.shift', [3, 1, 1], shift)], { name: 'normalised' });
}
