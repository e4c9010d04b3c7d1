/** How the cores and the memory of a machine are shared out to scoring processes. */

/**
 * Bytes: a network with its session (a quarter of it), and the largest image that is read, 100 million pixels at three
 * bytes, decoded whole. Where two such meet in one process it may be ended; each is then tried alone.
 */
const MEMORY_EACH = 768 * 2 ** 20;
/** More are fed by one parent no faster. */
const MOST = 16;

export interface ProcessPlan {
  readonly processes: number;
  /** Of each one's network. */
  readonly threads: number;
  /** Images that each one decodes at once: one more than computes, so that there is always one ready. */
  readonly decoders: number;
  /** At which each one is ended, bytes. */
  readonly maxResidentBytes: number;
}

/** `memory`: what all of them may take, bytes. A GPU is one process's: a second would hold the network twice on it. */
export function planProcesses(cores: number, memory: number, provider: 'cpu' | 'cuda' = 'cpu'): ProcessPlan {
  const fitting = Math.min(cores, MOST, Math.floor(memory / MEMORY_EACH));
  const processes = provider === 'cuda' ? 1 : Math.max(1, fitting);
  const threads = Math.max(1, Math.floor(cores / processes));
  return { processes, threads, decoders: threads + 1, maxResidentBytes: Math.floor(memory / processes) };
}
