/**
 * Runs the detector's original in a process of its own, since it brings its own TensorFlow.js and reads globals.
 * Standard input: {size, images: base64 of uint8 [N, size, size, 3]}. Standard output: {grid: [...]} of float32
 * [N, size/32, size/32, 25].
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const folder = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
// Its bundle knows no Node this new; as a web worker it is content.
globalThis.WorkerGlobalScope = class {};
globalThis.self = globalThis;
const faceapi = await import(pathToFileURL(join(folder, 'dist/face-api.esm.js')).href);
const { tf } = faceapi;
console.log = () => {};
console.warn = () => {};
await tf.setBackend('cpu');

const { size, images } = await json(process.stdin);
const model = (file) => join(folder, 'model', `tiny_face_detector_model${file}`);
const manifest = JSON.parse(readFileSync(model('-weights_manifest.json'), 'utf8'));
const bytes = readFileSync(model('.bin'));
const detector = new faceapi.TinyFaceDetector();
detector.loadFromWeightMap(tf.io.decodeWeights(new Uint8Array(bytes).buffer, manifest[0].weights));

const pixels = Buffer.from(images, 'base64');
const grid = [];
for (let at = 0; at < pixels.length; at += size * size * 3) {
  const image = tf.tensor4d(Float32Array.from(pixels.subarray(at, at + size * size * 3)), [1, size, size, 3]);
  grid.push(...(await detector.forward(image, size)).dataSync());
}
process.stdout.write(JSON.stringify({ grid }));
