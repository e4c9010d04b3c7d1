/** What each process of the stack has in common: its configuration, its readiness, and when it has to stop. */

/** The supervisor's first message. */
export function processConfig<T>(parse: (value: unknown) => T): Promise<T> {
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
  process.send?.({ ready: true, ...facts });
}

/** Lets the process end once nothing is left to do. */
export function letGo(): void {
  if (process.connected) process.disconnect();
}
