/** The detector as a package: `model.onnx`, `card.json` that says what feeds it and reads it, and the licence. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../packageCard.ts';
import { ANCHORS, convertDetector } from './convert.ts';
import { readQuantizedManifest } from './weights.ts';

/** `source` is the installed npm package @vladmandic/face-api, `target` the folder of the package. */
export async function packageDetector(source: string, target: string): Promise<void> {
  const model = (file: string) => join(source, 'model', `tiny_face_detector_model${file}`);
  const manifest = JSON.parse(await readFile(model('-weights_manifest.json'), 'utf8')) as unknown;
  const weights = readQuantizedManifest(manifest, await readFile(model('.bin')));
  const onnxBytes = convertDetector(weights);
  const licence = await readFile(join(source, 'LICENSE'), 'utf8');
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'model.onnx'), onnxBytes);
  await writeFile(join(target, 'card.json'), `${JSON.stringify(cardOf(onnxBytes), null, 2)}\n`);
  await writeFile(join(target, 'LICENSE'), noticeOf(licence));
}

function cardOf(onnxBytes: Uint8Array) {
  return {
    name: 'tiny-face-detector',
    version: '1.7.15',
    sha256: sha256Of(onnxBytes),
    bytes: onnxBytes.length,
    description: 'Tiny YOLO v2 with separable convolutions, converted from @vladmandic/face-api by training/detector',
    licence: 'MIT',
    source: 'npm:@vladmandic/face-api@1.7.15, model/tiny_face_detector_model',
    input: { name: 'image', size: 416, multipleOf: 32, placement: 'top-left', fill: [0, 0, 0] },
    output: { name: 'grid', stride: 32, encoding: ['x', 'y', 'width', 'height', 'score'], anchors: ANCHORS },
    iouThreshold: 0.4,
  };
}

function noticeOf(licence: string): string {
  return `model.onnx in this folder is the tiny face detector of the npm package @vladmandic/face-api,
converted to ONNX; its weights are unchanged. Its licence:

${licence.trim()}
`;
}
