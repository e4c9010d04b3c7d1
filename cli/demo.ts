/**
 * The demo batch: rendered faces with known points and one portrait, uploaded and committed through the API like
 * anybody's, once a data folder.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readTruth } from '../training/data/readTruth.ts';
import { writeSyntheticSet } from '../training/synthetic/writeSyntheticSet.ts';
import { openApi } from './api.ts';
import { FOLDERS } from './context.ts';
import { DEFAULT_MODEL } from './defaults.ts';
import { listImages } from './images.ts';
import { metricsTable } from './metricsText.ts';
import type { Output } from './output.ts';
import { createOverlays } from './overlays.ts';
import { planFiles } from './scoreFiles.ts';
import type { Endpoint } from './stack.ts';
import { uploadBatch, waitForRun } from './uploadBatch.ts';

const FACES = 23;
const SEED = 7;

/** Does nothing where this folder has scored the demo before. */
export async function runDemo(endpoint: Endpoint, folder: string, output: Output, signal: AbortSignal): Promise<void> {
  const marker = join(resolve(folder), 'demo', 'run.json');
  if (existsSync(marker)) return;
  const images = join(resolve(folder), 'demo', 'images');
  output.note('first start: rendering the demo faces and scoring them');
  const rendered = await prepareImages(images, output, signal);
  const api = openApi(endpoint);
  const run = await uploadBatch(
    api,
    {
      name: 'demo',
      folder: images,
      truth: await readTruth(rendered),
      model: DEFAULT_MODEL,
      crop: null,
      errorThreshold: 0,
    },
    output,
    signal,
  );
  const finished = await waitForRun(api, run, output, signal);
  const predictions = await api.allPredictions(run, signal);
  const overlays = await createOverlays(join(resolve(folder), 'demo', 'overlays'), finished.model!);
  const truth = await readTruth(rendered);
  const items = planFiles(
    await listImages([images]),
    (file) => truth.byName.get(file.key.split('/').at(-1)!) ?? [],
    'detect',
  );
  for (const item of items) {
    const prediction = predictions.find(({ key }) => key === item.item.key);
    if (prediction) await overlays.draw(item, prediction);
  }
  const sheet = await overlays.finish();
  if (finished.metrics)
    output.print(`\nThe demo batch, scored with ${DEFAULT_MODEL}:\n${metricsTable(finished.metrics)}`);
  output.print(`Overlays: ${sheet}`);
  if (finished.model?.licenceNote.includes('research')) output.print(finished.model.licenceNote);
  await writeFile(marker, JSON.stringify({ run }));
}

/** Gives the folder whose manifest is the ground truth of the rendered ones; the portrait has none. */
async function prepareImages(images: string, output: Output, signal: AbortSignal): Promise<string> {
  const rendered = join(images, '..', 'rendered');
  if (!existsSync(join(rendered, 'images.jsonl'))) {
    const progress = output.progress('rendering faces', FACES);
    await writeSyntheticSet(rendered, FACES, SEED, { signal, onProgress: (done) => progress.update(done) });
    progress.stop();
  }
  await mkdir(images, { recursive: true });
  const lines = (await readFile(join(rendered, 'images.jsonl'), 'utf8')).trim().split('\n');
  for (const line of lines) {
    const { key } = JSON.parse(line) as { key: string };
    await copyFile(join(rendered, 'images', key), join(images, key));
  }
  await copyFile(join(FOLDERS.demo, 'eileen-collins.jpg'), join(images, 'eileen-collins.jpg'));
  return rendered;
}
