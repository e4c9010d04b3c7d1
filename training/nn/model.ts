/** A network that can be trained: a graph, its parameters, and which of its nodes are frozen. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { FiducialError } from '../../domain/errors.ts';
import type { Rng } from '../augment/rng.ts';
import { batchNormTraining } from '../backends/kernels/batchNorm.ts';
import type { Tf } from '../backends/types.ts';
import { forward, inferBatchNorm, type Outputs } from './forward.ts';
import type { BatchNormNode, Graph, ParamValues } from './graph.ts';
import { initialValues } from './init.ts';
import { Params } from './params.ts';

/** Mean and variance [C] of one batch norm over the step's batch. */
export interface BatchStatistics {
  readonly node: BatchNormNode;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface Model {
  readonly graph: Graph;
  readonly params: Params;
  readonly frozen: ReadonlySet<string>;
  /** Inference mode. `image` [N,H,W,3], RGB, 0 to 255, float32. Call inside `tf.tidy`. */
  infer(image: Tensor4D): Outputs;
  /** Training mode; frozen batch norms stay in inference mode and give no statistics. Call inside `tf.tidy`. */
  train(image: Tensor4D): { outputs: Outputs; statistics: BatchStatistics[] };
  dispose(): void;
}

export interface ModelOptions {
  /** Draws what `values` lacks. */
  readonly rng: Rng;
  /** Parameters that are there already (pretrained, or all of a trained network). */
  readonly values?: ParamValues;
  /** Names of nodes whose parameters and statistics stay bit-equal: `['conv1', 'bn1']`. */
  readonly frozen?: readonly string[];
}

/** Throws FiducialError INVALID_MODEL where `values` don't fit, INVALID_CONFIG where a frozen node does not exist. */
export function buildModel(tf: Tf, graph: Graph, { rng, values, frozen = [] }: ModelOptions): Model {
  const nodes = new Set(graph.nodes.map(({ name }) => name));
  const unknown = frozen.find((name) => !nodes.has(name));
  if (unknown !== undefined) {
    throw new FiducialError('INVALID_CONFIG', `Expected frozen to name nodes of ${graph.architecture}, got ${unknown}`);
  }
  const still = new Set(frozen);
  const params = new Params(tf, graph, new Map([...initialValues(graph, rng), ...(values ?? [])]), still);
  const param = (name: string) => params.tensor(name);
  const inferNorm = (node: BatchNormNode, x: Tensor4D) => inferBatchNorm(tf, node, x, params.values);
  return {
    graph,
    params,
    frozen: still,
    infer: (image) => forward(tf, graph, image, { param, batchNorm: inferNorm }),
    train: (image) => {
      const statistics: BatchStatistics[] = [];
      const trainNorm = (node: BatchNormNode, x: Tensor4D) => {
        if (still.has(node.name)) return inferBatchNorm(tf, node, x, params.masters);
        const { y, mean, variance } = batchNormTraining(tf, x, param(node.gamma), param(node.beta), node.epsilon);
        statistics.push({ node, mean, variance });
        return y as Tensor4D;
      };
      return { outputs: forward(tf, graph, image, { param, batchNorm: trainNorm }), statistics };
    },
    dispose: () => params.dispose(),
  };
}
