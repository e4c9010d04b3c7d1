/**
 * How a program that is compared is driven, whatever it is written in. It gets a list of images, a line each: left, top,
 * width, height of the face in pixels, the path, tabs between them. It loads its model, predicts the first image, and
 * says `{"ready": true, "versions": {...}}`. Then it answers commands, a line each on standard input:
 *
 *   round    predicts all images, from files to points     -> {"seconds": 1.234}
 *   points   those of the last round, pixels of the images  -> {"points": [[[x, y], ...] | null, ...]}
 *
 * and ends with its input.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Box, Point } from '../../domain/geometry.ts';

export interface Listed {
  readonly box: Box;
  readonly path: string;
}

export const readySchema = z.object({ ready: z.literal(true), versions: z.record(z.string(), z.string()) });
export const roundSchema = z.object({ seconds: z.number().positive() });
export const pointsSchema = z.object({ points: z.array(z.array(z.tuple([z.number(), z.number()])).nullable()) });

export function encodeList(items: readonly Listed[]): string {
  return items
    .map(({ box: { left, top, width, height }, path }) => `${[left, top, width, height, path].join('\t')}\n`)
    .join('');
}

export function readList(file: string): Listed[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [left, top, width, height, path] = line.split('\t');
      const box = { left: Number(left), top: Number(top), width: Number(width), height: Number(height) };
      return { box, path: path! };
    });
}

export type Faces = readonly (readonly Point[] | null)[];

/** The program's side, for those that are written in TypeScript. `predict` gives an answer an item, in order. */
export async function servePeer(
  items: readonly Listed[],
  versions: Readonly<Record<string, string>>,
  predict: (items: readonly Listed[]) => Promise<Faces>,
): Promise<void> {
  const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  let points = await predict(items.slice(0, 1));
  say({ ready: true, versions: { node: process.version, ...versions } });
  for await (const command of createInterface({ input: process.stdin })) {
    if (command === 'round') {
      const started = performance.now();
      points = await predict(items);
      say({ seconds: (performance.now() - started) / 1000 });
    } else if (command === 'points') say({ points });
  }
}
