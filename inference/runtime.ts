/** ONNX Runtime behind one file. Sessions are opened once a process and kept: creating and releasing them leaks. */
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { FiducialError } from '../domain/errors.ts';
import { sha256Of } from './digest.ts';

/** uint8 RGB as decoded, [N, H, W, 3]. */
export interface ImageBatch {
  readonly data: Uint8Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: 3];
}

export interface OutputTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface OnnxSession {
  /** Names of the graph's outputs. */
  readonly outputs: readonly string[];
  /** Height and width that the graph takes; null where it takes any. */
  readonly inputSize: readonly [height: number | null, width: number | null];
  /** Every output of the graph, by name. Blocks this thread while it computes, on `threads` threads. */
  run(images: ImageBatch): Promise<ReadonlyMap<string, OutputTensor>>;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** Threads of one operator. Default: as many as there are cores. */
  readonly threads?: number;
  /** What computes. `cuda` is in the scorer's GPU image only, and an error elsewhere. Default: `cpu`. */
  readonly provider?: 'cpu' | 'cuda';
}

/** The graph's one input. */
export const IMAGE_INPUT = 'image';

/**
 * Throws INVALID_MODEL where the runtime refuses the file, or its input is not uint8 `image` [N, H, W, 3];
 * BACKEND_UNAVAILABLE where the provider that was asked for can't be had.
 */
export async function openSession(onnxBytes: Uint8Array, options: RuntimeOptions = {}): Promise<OnnxSession> {
  const session = await ort.InferenceSession.create(onnxBytes, sessionOptions(options)).catch((cause: unknown) => {
    const got = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
    if (options.provider === 'cuda' && /ExecutionProvider|CUDA/i.test(got ?? '')) {
      const message = `Expected ONNX Runtime to compute on CUDA here, got: ${got}; use the GPU image, or cpu`;
      throw new FiducialError('BACKEND_UNAVAILABLE', message, { cause });
    }
    throw new FiducialError('INVALID_MODEL', `Expected an ONNX file that ONNX Runtime reads, got: ${got}`, { cause });
  });
  const inputSize = inputSizeOf(session);
  return {
    outputs: session.outputNames,
    inputSize,
    run: async ({ data, shape }) => {
      const results = await session.run({ [IMAGE_INPUT]: new ort.Tensor('uint8', data, [...shape]) });
      return new Map(Object.entries(results).map(([name, tensor]) => [name, floatOutput(name, tensor)]));
    },
    close: () => session.release(),
  };
}

function sessionOptions(options: RuntimeOptions): ort.InferenceSession.SessionOptions {
  const { threads = availableParallelism(), provider = 'cpu' } = options;
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Threads that spin after a run would take the cores that decode the next images.
        intra_op: { allow_spinning: '0' },
        inter_op: { allow_spinning: '0' },
        // A file may say that its weights lie in another one. By default that is looked for in the working directory,
        // where a hostile model would read our secrets; below this there is nothing.
        model_external_initializers_file_folder_path: '/dev/null',
      },
    },
  };
}

function inputSizeOf(session: ort.InferenceSession): OnnxSession['inputSize'] {
  const [input, ...more] = session.inputMetadata;
  const fits = input?.isTensor && input.name === IMAGE_INPUT && input.type === 'uint8' && input.shape.length === 4;
  if (!input?.isTensor || !fits || more.length > 0 || (typeof input.shape[3] === 'number' && input.shape[3] !== 3)) {
    const got = session.inputMetadata.map((one) => `${one.name} ${one.isTensor ? `${one.type} [${one.shape}]` : ''}`);
    throw new FiducialError(
      'INVALID_MODEL',
      `Expected a graph with one input, uint8 ${IMAGE_INPUT} [N, H, W, 3], got ${got.join(', ')}; export it anew`,
    );
  }
  const [, height, width] = input.shape;
  return [typeof height === 'number' ? height : null, typeof width === 'number' ? width : null];
}

function floatOutput(name: string, tensor: ort.Tensor): OutputTensor {
  if (!(tensor.data instanceof Float32Array)) {
    throw new FiducialError('INVALID_MODEL', `Expected float32 as output ${name} of the graph, got ${tensor.type}`);
  }
  return { data: tensor.data, dims: tensor.dims };
}

/** The sessions of a process, each opened once. */
export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #sessions = new Map<string, Promise<OnnxSession>>();

  constructor(options: RuntimeOptions = {}) {
    this.#options = options;
  }

  /** `sha256` is that of the bytes; without it they are hashed. Throws INVALID_MODEL. */
  open(onnxBytes: Uint8Array, sha256: string = sha256Of(onnxBytes)): Promise<OnnxSession> {
    const known = this.#sessions.get(sha256);
    if (known) return known;
    const session = openSession(onnxBytes, this.#options);
    this.#sessions.set(sha256, session);
    session.catch(() => this.#sessions.delete(sha256));
    return session;
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of await Promise.allSettled(sessions)) {
      if (session.status === 'fulfilled') await session.value.close();
    }
  }
}
