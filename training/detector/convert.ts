/**
 * The tiny face detector of the npm package @vladmandic/face-api (MIT, after justadudewhohacks/face-api.js) as ONNX.
 * A Tiny YOLO v2 with separable convolutions; layers as in that package's TinyYolov2Base.runMobilenet.
 *
 * In: `image`, uint8 [N, S, S, 3], RGB, S a multiple of 32, the picture at the top left and black elsewhere.
 * Out: `grid`, float32 [N, S/32, S/32, 25]: 5 anchors, each x, y, width, height, score before any activation.
 */
import { FiducialError } from '../../domain/errors.ts';
import { OnnxBuilder } from '../onnx/builder.ts';
import { normalisedInput } from '../onnx/input.ts';
import { conv, maxPool, type Pads } from '../onnx/layers.ts';
import type { FloatTensor } from '../onnx/tensor.ts';

/** Width and height of each anchor in cells of the grid. */
export const ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const;

/** Subtracted from R, G, B before the division by 255. */
const MEAN_RGB = [117.001, 114.697, 97.404] as const;
/** Slope of the leaky ReLU below zero, the float32 of the original. */
const LEAK = 0.10000000149011612;
const SEPARABLE = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'] as const;
const NO_PADS: Pads = [0, 0, 0, 0];
const ONE_AROUND: Pads = [1, 1, 1, 1];

/** `weights` by the original's names (`conv1/depthwise_filter`). Throws INVALID_MODEL where one is missing. */
export function convertDetector(weights: ReadonlyMap<string, FloatTensor>): Uint8Array {
  const builder = new OnnxBuilder('tiny-face-detector', 'Tiny face detector of @vladmandic/face-api (MIT), converted');
  const image = builder.input('image', 'uint8', ['N', 'S', 'S', 3]);
  const mean = MEAN_RGB.map((value) => value / 255);
  let x = normalisedInput(builder, image, { channels: 3, mean, std: [1, 1, 1] });
  x = leaky(builder, plainConv(builder, x, weights, 'conv0'), 'conv0');
  for (const [index, name] of SEPARABLE.entries()) {
    x = halve(builder, x, `pool${index}`);
    x = leaky(builder, separableConv(builder, x, weights, name), name);
  }
  const last = { name: 'pool5', strides: [1, 1], pads: 'SAME_UPPER' } as const;
  x = plainConv(builder, maxPool(builder, x, [2, 2], last), weights, 'conv8');
  const grid = builder.node('Transpose', [x], { name: 'rows', attributes: { perm: [0, 2, 3, 1] } });
  builder.output('grid', grid, 'float', ['N', 'cells', 'cells', 25]);
  builder.metadata('source', '@vladmandic/face-api 1.7.15, model/tiny_face_detector_model');
  builder.metadata('licence', 'MIT, Copyright (c) Vladimir Mandic');
  return builder.encode();
}

/** Rounds up, as `same` does. */
function halve(builder: OnnxBuilder, x: string, name: string): string {
  return maxPool(builder, x, [2, 2], { name, strides: [2, 2], pads: 'SAME_UPPER' });
}

function plainConv(builder: OnnxBuilder, x: string, weights: ReadonlyMap<string, FloatTensor>, name: string): string {
  const [kernel, bias] = [weightOf(weights, `${name}/filters`), weightOf(weights, `${name}/bias`).data];
  return conv(builder, x, { name, kernel, bias, strides: [1, 1], pads: NO_PADS });
}

function separableConv(
  builder: OnnxBuilder,
  x: string,
  weights: ReadonlyMap<string, FloatTensor>,
  name: string,
): string {
  const depthwise = weightOf(weights, `${name}/depthwise_filter`);
  const pointwise = weightOf(weights, `${name}/pointwise_filter`);
  const wise = {
    name: `${name}.depthwise`,
    kernel: depthwise,
    strides: [1, 1],
    pads: ONE_AROUND,
    depthwise: true,
  } as const;
  const bias = weightOf(weights, `${name}/bias`).data;
  const point = { name: `${name}.pointwise`, kernel: pointwise, bias, strides: [1, 1], pads: NO_PADS } as const;
  return conv(builder, conv(builder, x, wise), point);
}

function leaky(builder: OnnxBuilder, x: string, layer: string): string {
  return builder.node('LeakyRelu', [x], { name: `${layer}.leaky`, attributes: { alpha: { float: LEAK } } });
}

function weightOf(weights: ReadonlyMap<string, FloatTensor>, name: string): FloatTensor {
  const tensor = weights.get(name);
  if (!tensor) throw new FiducialError('INVALID_MODEL', `Expected the detector's weights to have ${name}, got none`);
  return tensor;
}
