/**
 * The one place that chooses what computes. In order: `tfjs-node-gpu` (only the GPU container installs it),
 * `tfjs-node` (where it was built), `wasm` (always there). What was asked for and can't be had is an error.
 *
 * A process has one tfjs-core: backends register themselves in its global engine, so whichever copy of tfjs-core a
 * backend package brings along, the operations of `Backend.tf` run on it.
 */
import { createRequire } from 'node:module';
import { FiducialError } from '../../domain/errors.ts';
import { registerComposedKernels, registerTrainingGradients } from './kernels/index.ts';
import { locateNative, openNative } from './native/index.ts';
import { BACKEND_NAMES, type Backend, type BackendName, type Tf } from './types.ts';
import { openWasm } from './wasm/index.ts';

export { BACKEND_NAMES, type Backend, type BackendName, type Tf } from './types.ts';

const require = createRequire(import.meta.url);

/** Which backends can be had here, best first, with the reason where one can't. Opens none. */
export function listBackends(): { name: BackendName; available: boolean; reason: string | null }[] {
  return BACKEND_NAMES.map((name) => {
    if (name === 'wasm' || name === 'cpu') return { name, available: true, reason: null };
    const available = locateNative(name) !== null;
    return { name, available, reason: available ? null : HOW_TO_GET[name] };
  });
}

const HOW_TO_GET = {
  'tfjs-node-gpu': 'it is installed in the GPU container of the trainer only (functions/trainer)',
  'tfjs-node': 'run `npm run build:tfjs-node`',
} as const;

/**
 * Opens a backend and makes it the process's own. `name` null takes the best there is.
 * Throws FiducialError BACKEND_UNAVAILABLE where the one that was asked for can't be had.
 */
export async function openBackend(name: BackendName | null = null): Promise<Backend> {
  const chosen = name ?? listBackends().find((backend) => backend.available)!.name;
  const tf = require('@tensorflow/tfjs-core') as Tf;
  tf.enableProdMode(); // no warnings that a second copy of tfjs-core meets the first
  const versions = { node: process.versions.node, tfjs: tf.version_core, ...(await open(chosen, tf)) };
  registerTrainingGradients(tf);
  return { name: chosen, tf, versions };
}

async function open(name: BackendName, tf: Tf): Promise<Record<string, string>> {
  switch (name) {
    case 'tfjs-node-gpu':
    case 'tfjs-node': {
      const path = locateNative(name);
      if (path === null) {
        throw new FiducialError(
          'BACKEND_UNAVAILABLE',
          `Expected the training backend ${name} to be installed, found none: ${HOW_TO_GET[name]}, or choose another`,
          { ids: { backend: name } },
        );
      }
      return openNative(tf, name, path);
    }
    case 'wasm':
      return openWasm(tf);
    case 'cpu': {
      require('@tensorflow/tfjs-backend-cpu');
      registerComposedKernels(tf, 'cpu');
      await tf.setBackend('cpu');
      return {};
    }
  }
}
