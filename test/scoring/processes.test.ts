import { expect, test } from 'vitest';
import { planProcesses } from '../../scoring/worker/processes.ts';

const GB = 2 ** 30;

test('a process a core, one thread each, while memory lasts', () => {
  expect(planProcesses(2, 8 * GB)).toEqual({ processes: 2, threads: 1, decoders: 2, maxResidentBytes: 4 * GB });
  expect(planProcesses(8, 3 * GB)).toEqual({ processes: 4, threads: 2, decoders: 3, maxResidentBytes: 0.75 * GB });
});

test('at least one, however small the machine, and not more than one parent feeds', () => {
  expect(planProcesses(1, 0.5 * GB)).toEqual({ processes: 1, threads: 1, decoders: 2, maxResidentBytes: 0.5 * GB });
  expect(planProcesses(96, 96 * GB)).toMatchObject({ processes: 16, threads: 6 });
});

test('one for a GPU', () => {
  expect(planProcesses(4, 16 * GB, 'cuda')).toEqual({
    processes: 1,
    threads: 4,
    decoders: 5,
    maxResidentBytes: 16 * GB,
  });
});
