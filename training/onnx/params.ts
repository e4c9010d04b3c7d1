/** Parameters by name, with a message that helps where one is missing or has another size. */
import { FiducialError } from '../../domain/errors.ts';
import { type Graph, type ParamValues, paramsOf } from '../nn/graph.ts';
import { elementCount } from './tensor.ts';

export function paramOf(params: ParamValues, name: string): Float32Array {
  const values = params.get(name);
  if (!values) throw new FiducialError('INVALID_INPUT', `Expected a parameter named ${name}, got none`);
  return values;
}

/** Throws INVALID_INPUT where a parameter of the graph is missing, has another size, or holds what is not a number. */
export function checkParams(graph: Graph, params: ParamValues): void {
  for (const { name, shape } of paramsOf(graph)) {
    const values = paramOf(params, name);
    if (values.length !== elementCount(shape)) {
      const expected = `${elementCount(shape)} values [${shape.join(', ')}]`;
      throw new FiducialError('INVALID_INPUT', `Expected ${expected} for ${name}, got ${values.length}`);
    }
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw new FiducialError('INVALID_INPUT', `Expected finite values for ${name}, got ${values[at]} at ${at}`);
  }
}
