/** WebAssembly with SIMD, one thread: always there, and slower than the native backend by a factor of 2 to 10. */
import { createRequire } from 'node:module';
import { registerComposedKernels } from '../kernels/index.ts';
import type { Tf } from '../types.ts';
import { registerBatchMatMul } from './batchMatMul.ts';
import { registerConv2DBackpropFilter } from './conv2dBackpropFilter.ts';
import { registerConv2DBackpropInput } from './conv2dBackpropInput.ts';
import { registerMaxPoolGrad } from './maxPoolGrad.ts';

const require = createRequire(import.meta.url);

export async function openWasm(tf: Tf): Promise<Record<string, string>> {
  const wasm = require('@tensorflow/tfjs-backend-wasm') as { version_wasm: string };
  await tf.setBackend('wasm');
  if (!tf.getKernel('Conv2DBackpropFilter', 'wasm')) {
    registerConv2DBackpropFilter(tf);
    registerConv2DBackpropInput(tf);
    registerBatchMatMul(tf);
    registerMaxPoolGrad(tf);
  }
  registerComposedKernels(tf, 'wasm');
  return { wasm: wasm.version_wasm };
}
