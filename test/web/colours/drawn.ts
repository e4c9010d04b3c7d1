/** What components without state draw, element by element: their functions are called until only elements are left. */
import type { ComponentChildren, VNode } from 'preact';

export interface Element {
  readonly type: string;
  readonly class: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export function drawn(node: ComponentChildren): Element[] {
  if (Array.isArray(node)) return node.flatMap(drawn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, props } = node as VNode<Record<string, unknown>>;
  if (typeof type === 'function') return drawn((type as (props: object) => ComponentChildren)(props));
  const { children, class: name } = props as { children?: ComponentChildren; class?: string };
  return [{ type, class: name ?? '', props, text: textOf(children) }, ...drawn(children)];
}

function textOf(node: ComponentChildren): string {
  if (Array.isArray(node)) return node.map(textOf).join('');
  if (typeof node === 'object' && node !== null)
    return textOf((node as VNode<{ children?: ComponentChildren }>).props.children);
  return typeof node === 'string' || typeof node === 'number' ? String(node) : '';
}
