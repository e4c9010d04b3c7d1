/** The ledger of training runs and sweeps: records, reading, and what starts and stops them. */
export * from './read.ts';
export * from './records.ts';
export * from './start.ts';
