/** SIGTERM (a spot machine is taken back, a deployment, a scale-in) and SIGINT, as one signal. */
export interface Stop {
  readonly signal: AbortSignal;
  /** As if SIGTERM had come. */
  request(reason: string): void;
}

export function stopOnSignals(): Stop {
  const controller = new AbortController();
  const request = (reason: string) => controller.abort(new Error(`Told to stop: ${reason}`));
  process.once('SIGTERM', () => request('SIGTERM'));
  process.once('SIGINT', () => request('SIGINT'));
  return { signal: controller.signal, request };
}
