/** Assembles imaging/reduce.wat: `npm run build:wasm` writes imaging/reduceWasm.ts, which is committed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openWabt from 'wabt';

const imaging = join(import.meta.dirname, '../imaging');
const LINE = 100;

/** The module's bytes. Throws where the text is not WebAssembly. */
export async function assemble(): Promise<Uint8Array> {
  const wabt = await openWabt();
  const module = wabt.parseWat('reduce.wat', readFileSync(join(imaging, 'reduce.wat'), 'utf8'), { simd: true });
  module.validate();
  return module.toBinary({}).buffer;
}

if (import.meta.main) {
  const text = Buffer.from(await assemble()).toString('base64');
  const lines = text.match(new RegExp(`.{1,${LINE}}`, 'g'))!.map((line) => `  '${line}'`);
  const file = join(imaging, 'reduceWasm.ts');
  const head =
    '/** reduce.wat, assembled by `npm run build:wasm`; a test assembles it again and compares. Not edited by hand. */';
  writeFileSync(file, `${head}\nexport const REDUCE_WASM = Buffer.from(\n${lines.join(' +\n  ')},\n  'base64',\n);\n`);
}
