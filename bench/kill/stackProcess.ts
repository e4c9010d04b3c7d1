/** A whole embedded stack below one process, so that all of it can be killed. First message: its folder and port. */
import { startStack } from '../../cli/stack.ts';

process.once('message', async (message) => {
  const { folder, port, scorers, trainers } = message as Wanted;
  const stack = await startStack({
    folder,
    host: '127.0.0.1',
    port,
    scorers,
    trainers,
    onLine: (name, line) => console.error(`${name}: ${line}`),
    onRestart: () => {},
  });
  process.on('message', async (asked) => {
    if (asked === 'pids') process.send!(stack.supervisor.pids());
    if (asked !== 'stop') return;
    await stack.stop();
    process.disconnect();
  });
  process.send!({ url: stack.url, token: stack.token });
});

export interface Wanted {
  readonly folder: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly scorers: number;
  readonly trainers: number;
}
