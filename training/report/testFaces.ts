/** The faces that a training run was tested on, scored anew by its model, with what can be measured about each. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

/** The photos of the synthetic set that were its test, rendered again, while `work` needs them. */
export async function withSyntheticTest<T>(
  { synthetic, target }: Recipe,
  split: SplitRecord,
  work: (samples: readonly Sample[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fiducial-report-'));
  try {
    const tested = split.filter(({ part }) => part === 'test');
    // Where only the nose is learnt, all 68 points tell how the head is turned.
    const layout = target.layout === 'imm58' ? 'imm58' : 'ibug68';
    const entries = [];
    for (const { key } of tested) {
      const index = Number(/(\d+)\.jpg$/.exec(key)?.[1]);
      const { entry, bytes } = await syntheticPhoto(index, synthetic.seed, { layout });
      await writeFile(join(folder, entry.key), bytes);
      entries.push(entry);
    }
    await writeFile(join(folder, 'images.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    return await work((await readDataset(folder)).samples);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
