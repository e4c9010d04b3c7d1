/** The faces that a training run was tested on, scored anew by its model, with what can be measured about each. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { Predictor } from '../../inference/predictor.ts';
import { type CheckedFace, checkFaces, GIVEN, type Placement } from '../check/checkFaces.ts';
import { imageDigests } from '../data/digests.ts';
import { readDataset } from '../data/readDataset.ts';
import { mergeDatasets, type Sample } from '../data/sample.ts';
import type { SplitRecord } from '../data/split.ts';
import type { Recipe } from '../recipes/schema.ts';
import { syntheticPhoto } from '../synthetic/writeSyntheticSet.ts';
import { type Evidence, measureEvidence } from './evidence.ts';

export interface ReportedFace extends CheckedFace {
  readonly maePx: number | null;
  /** By the outer eye corners; null where the labels have none. */
  readonly nme: number | null;
  readonly evidence: Evidence;
}

/** As its data sets label them, test part only. Throws INVALID_DATASET. */
export async function testSamples(paths: readonly string[], split: SplitRecord): Promise<Sample[]> {
  const datasets = await Promise.all(paths.map((path) => readDataset(path)));
  const samples = mergeDatasets(datasets).samples.filter(({ keypoints }) => keypoints !== null);
  const digests = await imageDigests(samples);
  const tested = new Set(split.flatMap(({ part, image, group }) => (part === 'test' ? [`${image} ${group}`] : [])));
  return samples.filter(({ image, group }) => tested.has(`${digests.get(image)} ${group}`));
}

/** The photos of the synthetic set that were its test, rendered again into `folder`, which must exist. */
export async function syntheticTestSamples(
  folder: string,
  { synthetic, target }: Recipe,
  split: SplitRecord,
): Promise<readonly Sample[]> {
  // Where only the nose is learnt, all 68 points tell how the head is turned.
  const layout = target.layout === 'imm58' ? 'imm58' : 'ibug68';
  const lines: string[] = [];
  for (const { key } of split.filter(({ part }) => part === 'test')) {
    const index = Number(/(\d+)\.jpg$/.exec(key)?.[1]);
    const { entry, bytes } = await syntheticPhoto(index, synthetic.seed, { layout });
    await writeFile(join(folder, entry.key), bytes);
    lines.push(`${JSON.stringify(entry)}\n`);
  }
  await writeFile(join(folder, 'images.jsonl'), lines.join(''));
  return (await readDataset(folder)).samples;
}

const MEASURED_AT_ONCE = 4;

/** In the order of the samples. Faces are placed as the network was trained: by the given box, or the whole image. */
export async function reportFaces(
  predictor: Predictor,
  card: ModelCard,
  samples: readonly Sample[],
  signal: AbortSignal,
): Promise<ReportedFace[]> {
  const placement: Placement = card.crop === 'whole' ? { rule: 'whole' } : GIVEN;
  const { faces } = await checkFaces(predictor, card, samples, placement, { signal });
  const limit = pLimit(MEASURED_AT_ONCE);
  return await Promise.all(faces.map((face) => limit(() => reported(face))));
}

async function reported(face: CheckedFace): Promise<ReportedFace> {
  const { sample, errors } = face;
  const evidence = await measureEvidence(sample);
  return { ...face, maePx: errors?.maePx ?? null, nme: errors?.nme.interOcular ?? null, evidence };
}
