/**
 * Structured logs: a line of JSON each on standard output, which Lambda and the awslogs driver take from there. Of its
 * own because a logger with worker threads and transports would be a tenth of a Lambda's bundle, and of no use there.
 */
import type { Log } from '../scoring/ports.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** `facts` are in every line. Below `level` nothing is written. */
export function createLog(
  level: Level,
  facts: Readonly<Record<string, string>>,
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  const at = (own: Level) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
    const line = { level: own, time: new Date().toISOString(), ...facts, ...fields, message };
    write(`${JSON.stringify(line, plain)}\n`);
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** Errors with what they carry, causes included; JSON would make `{}` of them. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { ...value, name, message, ...(cause === undefined ? {} : { cause }), stack };
}
