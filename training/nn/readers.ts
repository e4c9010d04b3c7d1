/** Who reads what in a graph: what may be taken in another order, and when a result is no longer wanted. */
import { type Graph, type GraphNode, IMAGE } from './graph.ts';

export function inputsOf(node: GraphNode): readonly string[] {
  return 'inputs' in node ? node.inputs : [node.input];
}

/**
 * Names of the ReLUs that only a max pool reads. They are taken after it, of a quarter of the values and less: the larger
 * of two is the same before and after a ReLU, and so is its gradient, which is 0 wherever the largest is not above 0.
 * What they read, nobody else does: it is the pool's then.
 */
export function lateRelus({ nodes, outputs }: Graph): ReadonlySet<string> {
  const given: readonly (string | null)[] = [IMAGE, outputs.keypoints, outputs.heatmaps];
  const onlyReader = (name: string) => {
    const readers = nodes.filter((node) => inputsOf(node).includes(name));
    return given.includes(name) || readers.length !== 1 ? null : readers[0]!;
  };
  const late = (node: GraphNode) =>
    node.op === 'relu' && onlyReader(node.name)?.op === 'maxPool' && onlyReader(node.input) === node;
  return new Set(nodes.filter(late).map(({ name }) => name));
}

/** By node, the results that nobody reads after it. The image and what the graph gives are none of them. */
export function lastReads({ nodes, outputs }: Graph): ReadonlyMap<string, readonly string[]> {
  const last = new Map<string, string>();
  for (const node of nodes) for (const name of inputsOf(node)) last.set(name, node.name);
  for (const kept of [IMAGE, outputs.keypoints, outputs.heatmaps]) if (kept !== null) last.delete(kept);
  const byReader = Map.groupBy(last, ([, reader]) => reader);
  return new Map([...byReader].map(([reader, read]) => [reader, read.map(([name]) => name)]));
}
