export * from './face.ts';
export * from './item.ts';
export * from './outcomes.ts';
export * from './pairing.ts';
export * from './report.ts';
export * from './summary.ts';
