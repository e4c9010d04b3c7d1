/** An architecture is a value: its spec says everything, and gives its graph. */
import type { Graph } from '../graph.ts';
import { type Face68Spec, face68Graph } from './face68.ts';
import { type Face58Spec, face58Graph, type NoseSpec, noseGraph } from './plain.ts';
import { type Resnet18Spec, resnet18Graph } from './resnet18.ts';

export { FACE68, type Face68Spec } from './face68.ts';
export { FACE58, type Face58Spec, NOSE, type NoseSpec } from './plain.ts';
export { RESNET18, RESNET18_FROZEN, type Resnet18Spec } from './resnet18.ts';

export type ArchitectureSpec = NoseSpec | Face58Spec | Resnet18Spec | Face68Spec;

export function graphOf(spec: ArchitectureSpec): Graph {
  switch (spec.name) {
    case 'nose':
      return noseGraph(spec);
    case 'face58':
      return face58Graph(spec);
    case 'resnet18':
      return resnet18Graph(spec);
    case 'face68':
      return face68Graph(spec);
  }
}
