import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FOLDERS } from './context.ts';

/** Of package.json: recorded in runs and training runs. */
export const CODE_VERSION = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(FOLDERS.root, 'package.json'), 'utf8'))).version;
