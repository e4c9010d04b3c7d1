/**
 * Node ids: `Type:project:...`, readable and stable. Every one carries its project, which is checked before anything
 * is read, signed or written.
 */
import { FiducialError } from '../domain/errors.ts';
import { slugSchema } from '../domain/records.ts';
import { requireOwner, requireProject } from './auth/caller.ts';
import type { ApiContext } from './ports.ts';

/** Segments after the project. */
const SEGMENTS = {
  Batch: ['batch'],
  Run: ['run'],
  Prediction: ['run', 'shard', 'line'],
  Model: ['name'],
  ModelVersion: ['name', 'version'],
  TrainingRun: ['training'],
  Sweep: ['sweep'],
  ApiToken: ['token'],
} as const;
export type NodeType = keyof typeof SEGMENTS;

/** Models lie in a project or in `shared`, which all may read. */
const OWNED: ReadonlySet<NodeType> = new Set(['Model', 'ModelVersion']);

export interface NodeId {
  readonly project: string;
  /** After the project. */
  readonly parts: readonly string[];
}

export function nodeId(project: string, ...parts: readonly (string | number)[]): string {
  return [project, ...parts].join(':');
}

export function globalId(type: NodeType, project: string, ...parts: readonly (string | number)[]): string {
  return `${type}:${nodeId(project, ...parts)}`;
}

/** Splits `Type:rest`. INVALID_INPUT. */
export function splitGlobalId(id: string): { typename: string; id: string } {
  const at = id.indexOf(':');
  if (at <= 0) throw malformed('Type:project:...', id);
  return { typename: id.slice(0, at), id: id.slice(at + 1) };
}

/** Of `node(id:)`. INVALID_INPUT where nothing of that type can be asked for so. */
export function splitNodeId(id: string): { typename: string; id: string } {
  const split = splitGlobalId(id);
  if (Object.hasOwn(SEGMENTS, split.typename) && split.typename !== 'ApiToken') return split;
  throw malformed('Type:project:...', id);
}

/** Of `project:...`, as Relay's `node` gives it. INVALID_INPUT where malformed; FORBIDDEN for another project. */
export function openNodeId(context: Pick<ApiContext, 'caller'>, type: NodeType, id: string): NodeId {
  const [project = '', ...parts] = id.split(':');
  const fits =
    parts.length === SEGMENTS[type].length && [project, ...parts].every((p) => slugSchema.safeParse(p).success);
  if (!fits) throw malformed(`${type}:<project>:<${SEGMENTS[type].join('>:<')}>`, `${type}:${id}`);
  if (OWNED.has(type)) requireOwner(context.caller, project);
  else requireProject(context.caller, project);
  return { project, parts };
}

/** Of an argument. Also INVALID_INPUT where it is an id of another type. */
export function openId(context: Pick<ApiContext, 'caller'>, type: NodeType, id: string | number): NodeId {
  const split = splitGlobalId(String(id));
  if (split.typename !== type) throw malformed(`an id of type ${type}`, String(id));
  return openNodeId(context, type, split.id);
}

function malformed(expected: string, got: string): FiducialError {
  return new FiducialError('INVALID_INPUT', `Expected ${expected}, got "${got.slice(0, 100)}"`);
}
