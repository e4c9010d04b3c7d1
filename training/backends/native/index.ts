/** TensorFlow's C library behind tfjs: `@tensorflow/tfjs-node` and `-gpu`. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import { FiducialError } from '../../../domain/errors.ts';
import type { Tf } from '../types.ts';
import { registerNativeBatchNorm } from './batchNorm.ts';
import { registerNativeBiasAdd } from './biasAdd.ts';
import { registerNativeConvBias } from './convBias.ts';
import { registerNativeMaxPool } from './maxPool.ts';
import type { NativeBackend } from './nodeBackend.ts';
import { registerNativeReluGrad } from './reluGrad.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const require = createRequire(import.meta.url);

/** Where the package lies with its compiled addon (our build in `.native/` first), or null. */
export function locateNative(name: 'tfjs-node' | 'tfjs-node-gpu'): string | null {
  for (const folder of ['.native/node_modules', 'node_modules']) {
    const path = join(ROOT, folder, '@tensorflow', name);
    if (existsSync(join(path, 'lib/napi-v8/tfjs_binding.node'))) return path;
  }
  return null;
}

/** Throws FiducialError BACKEND_UNAVAILABLE where the addon does not load. */
export async function openNative(tf: Tf, name: string, path: string): Promise<Record<string, string>> {
  prepareProcess();
  try {
    require(path);
  } catch (cause) {
    throw new FiducialError(
      'BACKEND_UNAVAILABLE',
      `Expected ${name} to load, got: ${(cause as Error).message}. Delete .native and run \`npm run build:tfjs-node\``,
      { cause, ids: { backend: name } },
    );
  }
  await tf.setBackend('tensorflow');
  const backend = tf.backend() as unknown as NativeBackend;
  if (name === 'tfjs-node-gpu' && !backend.isUsingGpuDevice) {
    // TensorFlow goes on without a word on the CPU, for a hundred times as long.
    const message = `Expected ${name} to find a GPU, found none: start the container on a machine with one, or choose tfjs-node`;
    throw new FiducialError('BACKEND_UNAVAILABLE', message, { ids: { backend: name } });
  }
  registerNativeReluGrad(tf);
  registerNativeBatchNorm(tf);
  registerNativeBiasAdd(tf);
  registerNativeConvBias(tf);
  registerNativeMaxPool(tf);
  return { tensorflow: backend.binding.TF_Version };
}

/** What the package needs before it loads, and what its authors fixed but never released. */
function prepareProcess(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined; // gone since Node 23
  legacy.isArray = Array.isArray; // silences DEP0044
  // TensorFlow reads these when its library loads. oneDNN is off by default on some processors.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}
