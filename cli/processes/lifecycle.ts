/** What each process of the stack has in common: its configuration, its readiness, and when it has to stop. */
import { FiducialError } from '../../domain/errors.ts';

let ready = false;

/** The supervisor's first message. From then on, why the process could not start is told to the supervisor. */
export function processConfig<T>(parse: (value: unknown) => T): Promise<T> {
  process.on('uncaughtException', (error) => {
    if (ready || !(error instanceof FiducialError) || !process.send) {
      console.error(error);
      process.exit(1);
    }
    process.send({ failed: { code: error.code, message: error.message } }, () => process.exit(1));
  });
  return new Promise((resolve, reject) => {
    process.once('message', (message) => {
      try {
        resolve(parse((message as { config?: unknown } | null)?.config));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Aborted on SIGTERM, SIGINT, and when the supervisor is gone. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGTERM', stop);
  // A terminal sends Ctrl-C to the whole group; the supervisor decides what stops when.
  process.on('SIGINT', () => {});
  process.once('disconnect', stop);
  return controller.signal;
}

export function sayReady(facts: Readonly<Record<string, unknown>> = {}): void {
  ready = true;
  process.send?.({ ready: true, ...facts });
}

/** Lets the process end once nothing is left to do. */
export function letGo(): void {
  if (process.connected) process.disconnect();
}
