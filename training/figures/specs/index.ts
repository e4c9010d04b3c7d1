/** Vega-Lite specifications, pure values: reports render them here, the dashboard in the browser. */
export * from './errors.ts';
export * from './lossCurves.ts';
export * from './theme.ts';
