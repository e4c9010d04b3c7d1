/** The model packages that ship with the code: `<folder>/<name>/{model.onnx,card.json}`, one version each. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelCard } from '../domain/modelCard.ts';
import { modelCardSchema } from '../domain/modelCard.ts';
import type { SplitRecord } from '../domain/split.ts';
import { type ModelPackage, parsedCard, parsedJson, parsedSplit, readPackage } from './package.ts';
import type { ModelReference } from './reference.ts';

/** Null where none has this name and version. Throws INVALID_MODEL on a damaged card. */
export async function shippedCard(folder: string, { name, at }: ModelReference): Promise<ModelCard | null> {
  const file = join(folder, name, 'card.json');
  const body = await readFile(file).catch(() => null);
  if (!body || !isKeypointCard(body, file)) return null;
  const card = parsedCard(body, file);
  return at === null || at === card.version ? card : null;
}

export async function shippedPackage(folder: string, name: string): Promise<ModelPackage> {
  return await readPackage(join(folder, name));
}

/** `split.json` beside the card, of the version that ships. Null where there is none. */
export async function shippedSplit(folder: string, { name, sha256 }: ModelCard): Promise<SplitRecord | null> {
  const card = await shippedCard(folder, { name, at: null, sharedOnly: true });
  const file = join(folder, name, 'split.json');
  const body = card?.sha256 === sha256 ? await readFile(file).catch(() => null) : null;
  return body && parsedSplit(body, file);
}

/** Of all keypoint networks that ship, by name. Detectors have cards of another kind. */
export async function shippedCards(folder: string): Promise<ModelCard[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const cards = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const body = await readFile(join(folder, name, 'card.json')).catch(() => null);
        const parsed = body && modelCardSchema.safeParse(JSON.parse(body.toString('utf8')));
        return parsed?.success ? parsed.data : null;
      }),
  );
  return cards.filter((card) => card !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isKeypointCard(body: Buffer, where: string): boolean {
  const card = parsedJson(body, where);
  return typeof card === 'object' && card !== null && 'layout' in card;
}
