export * from './failures.ts';
export * from './metrics.ts';
export * from './prediction.ts';
export { listPredictions } from './predictions.ts';
export * from './progress.ts';
export * from './runs.ts';
export * from './types.ts';
export * from './worst.ts';
