/**
 * Static int8: a float graph becomes one with QuantizeLinear and DequantizeLinear pairs (QDQ), which ONNX Runtime
 * fuses into integer kernels. Follows "Quantize ONNX Models" (onnxruntime.ai/docs/performance/quantization.html):
 * activations uint8, weights int8 symmetric per channel, biases int32.
 */
import { FiducialError } from '../../domain/errors.ts';
import { calibrate, type Range } from './calibrate.ts';
import { foldBatchNormNodes } from './foldNodes.ts';
import { decodeModel, encodeModel } from './proto.ts';
import { planQuantization } from './quantizePlan.ts';
import { insertPairs } from './quantizeRewrite.ts';
import type { ImageBatch, OpenSession } from './session.ts';
import { topologyOf } from './topology.ts';

export interface QuantizeOptions {
  readonly open: OpenSession;
  /** Crops as the network sees them in use; a few hundred are enough. */
  readonly calibration: readonly ImageBatch[];
  /** Default 99.999; 100 is the plain minimum and maximum. */
  readonly percentile?: number;
  /** Default 8. 7 costs accuracy everywhere, and saves it on processors without VNNI where sums saturate. */
  readonly weightBits?: 7 | 8;
  /** Names of nodes that must stay float, besides the stem and the last layers. */
  readonly exclude?: readonly string[];
}

export interface Quantized {
  readonly onnxBytes: Uint8Array;
  /** Names of the nodes that are computed in int8. */
  readonly nodes: readonly string[];
  /** Of each value that is quantised, by its name in the float graph. */
  readonly ranges: ReadonlyMap<string, Range>;
}

/** Throws INVALID_MODEL where nothing is left to quantise, and as `calibrate` and `decodeModel` do. */
export async function quantizeOnnx(onnxBytes: Uint8Array, options: QuantizeOptions): Promise<Quantized> {
  const model = foldBatchNormNodes(decodeModel(onnxBytes));
  const topology = topologyOf(model.graph);
  const plan = planQuantization(topology, new Set(options.exclude));
  if (plan.nodes.length === 0) {
    const message = 'Expected a layer between the first convolution and the last layer to quantise, got none';
    throw new FiducialError('INVALID_MODEL', message);
  }
  const { open, calibration, percentile = 99.999 } = options;
  const sources = [...new Set(plan.scaleOf.values())];
  const ranges = await calibrate(model, sources, { open, images: calibration, percentile });
  const graph = insertPairs(topology, plan, ranges, options.weightBits === 7 ? 63 : 127);
  const bytes = encodeModel({ ...model, graph });
  return { onnxBytes: bytes, nodes: plan.nodes.map((node) => node.name ?? node.output[0]!), ranges };
}
