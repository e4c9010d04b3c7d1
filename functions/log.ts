/** Structured logs on standard output, which Lambda and the awslogs driver take from there. */
import { pino } from 'pino';
import type { Log } from '../scoring/ports.ts';

export function createLog(level: string, facts: Readonly<Record<string, string>>): Log {
  return pino({ level, base: facts, timestamp: pino.stdTimeFunctions.isoTime, errorKey: 'error' });
}
