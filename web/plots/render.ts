/** The only file that imports the plot library: a chunk of its own, loaded when a plot comes into view. */
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';

export interface Drawing {
  /** Frees what the plot holds. */
  remove(): void;
}

/** Draws into `container`. Expressions are interpreted: the page's policy forbids compiling them. */
export async function draw(container: HTMLElement, spec: TopLevelSpec): Promise<Drawing> {
  const runtime = parse(compile(spec).spec, undefined, { ast: true });
  const view = new View(runtime, { expr: expressionInterpreter, renderer: 'svg', container, hover: true });
  await view.runAsync();
  return { remove: () => view.finalize() };
}
