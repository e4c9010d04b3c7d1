/** What SQS allows; every queue keeps to it, so that code that runs embedded runs on AWS. */
import { FiducialError } from '../domain/errors.ts';
import type { ReceiveOptions } from './ports.ts';

export const MAX_DELAY_SECONDS = 900;
export const MAX_LEASE_SECONDS = 43_200;
const MAX_WAIT_SECONDS = 20;
const MAX_RECEIVED = 10;

/** @throws INVALID_INPUT */
export function assertSeconds(name: string, value: number, max: number): void {
  if (value >= 0 && value <= max) return;
  throw new FiducialError('INVALID_INPUT', `Expected \`${name}\` to be 0 to ${max}, got ${value}`);
}

/** @throws INVALID_INPUT */
export function assertReceive({ max, waitSeconds, leaseSeconds }: ReceiveOptions): void {
  if (!Number.isInteger(max) || max < 1 || max > MAX_RECEIVED) {
    throw new FiducialError('INVALID_INPUT', `Expected \`max\` to be 1 to ${MAX_RECEIVED}, got ${max}`);
  }
  assertSeconds('waitSeconds', waitSeconds, MAX_WAIT_SECONDS);
  assertSeconds('leaseSeconds', leaseSeconds, MAX_LEASE_SECONDS);
  if (leaseSeconds < 1) {
    throw new FiducialError('INVALID_INPUT', `Expected \`leaseSeconds\` from 1, got ${leaseSeconds}`);
  }
}
