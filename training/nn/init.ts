/** First values of a network's parameters. */
import { FiducialError } from '../../domain/errors.ts';
import type { Rng } from '../augment/rng.ts';
import { type Graph, type ParamSpec, paramsOf } from './graph.ts';

/**
 * He et al. 2015: weights normal with deviation sqrt(2 / fan in), biases 0; batch norm is the identity. The last
 * layer that gives coordinates starts small around the crop's centre, so that the first steps are not spent on scale.
 */
export function initialValues(graph: Graph, rng: Rng): Map<string, Float32Array> {
  return new Map(paramsOf(graph).map((param) => [param.name, initialValue(graph, param, rng)]));
}

function initialValue(graph: Graph, param: ParamSpec, rng: Rng): Float32Array<ArrayBuffer> {
  const values = new Float32Array(sizeOf(param.shape));
  if (param.role === 'gamma' || param.role === 'runningVariance') return values.fill(1);
  const coordinates = givesCoordinates(graph, param);
  if (param.role === 'bias' && coordinates) return values.fill(0.5);
  if (param.role !== 'weight') return values;
  const deviation = Math.sqrt(2 / param.fanIn) * (coordinates ? 0.1 : 1);
  return values.map(() => rng.normal(deviation));
}

function givesCoordinates(graph: Graph, param: ParamSpec): boolean {
  return graph.nodes.some((node) => node.op === 'points' && node.input === param.node);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Throws FiducialError INVALID_MODEL unless `values` has exactly the graph's parameters in their sizes. */
export function checkValues(graph: Graph, values: ReadonlyMap<string, Float32Array>): void {
  const specs = paramsOf(graph);
  for (const { name, shape } of specs) {
    const got = values.get(name)?.length;
    if (got !== sizeOf(shape)) {
      const found = got === undefined ? 'none' : `${got} values`;
      throw new FiducialError(
        'INVALID_MODEL',
        `Expected parameter ${name} of ${graph.architecture} with shape [${shape}], got ${found}: is it of another architecture?`,
        { ids: { parameter: name } },
      );
    }
  }
  const known = new Set(specs.map(({ name }) => name));
  const extra = [...values.keys()].find((name) => !known.has(name));
  if (extra !== undefined) {
    throw new FiducialError('INVALID_MODEL', `Expected the parameters of ${graph.architecture} only, got ${extra} too`);
  }
}
