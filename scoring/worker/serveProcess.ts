/** Serves over this process's own channel to its parent, and ends with it. */
import type { FromChild, ToChild } from './protocol.ts';
import { type OpenPredictor, serve } from './serve.ts';

export function serveProcess(open: OpenPredictor): void {
  // The parent is gone, or wants no more.
  process.on('disconnect', () => process.exit(0));
  // Signals of the terminal go to the whole group; whether to stop is the supervisor's decision.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  serve(
    {
      // What can not be sent has nobody to read it: the channel is closed.
      send: (message: FromChild) => void process.send?.(message, undefined, undefined, () => {}),
      onMessage: (listener) => process.on('message', (message) => listener(message as ToChild)),
    },
    open,
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(70);
    },
  );
}
