/** Writes models/detector from the installed npm package @vladmandic/face-api. `node scripts/convertDetector.ts` */
import { fileURLToPath } from 'node:url';
import { packageDetector } from '../training/detector/package.ts';

const root = new URL('../', import.meta.url);
const [source, target] = ['node_modules/@vladmandic/face-api', 'models/detector'];
await packageDetector(fileURLToPath(new URL(source, root)), fileURLToPath(new URL(target, root)));
console.error(`${target} is written from ${source}`);
