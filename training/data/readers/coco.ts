/**
 * COCO keypoint JSON (https://cocodataset.org/#format-data): `images`, `annotations` with `keypoints` [x, y, v, ...]
 * and `bbox` [left, top, width, height].
 *
 * Keypoints are pixel indices: 0.5 is added; boxes are measured from the image's corner: nothing is. v = 0 means not
 * labelled. An annotation whose points are all unlabelled has none.
 */
import { z } from 'zod';
import type { Box, Point, Size } from '../../../domain/geometry.ts';
import { excerpt, invalidDataset } from '../invalid.ts';
import { lineOfSyntaxError, lineOfValue } from '../jsonLine.ts';

const id = z.union([z.int(), z.string()]);

const cocoSchema = z.object({
  images: z.array(
    z.object({
      id,
      file_name: z.string().min(1),
      width: z.number().positive().optional(),
      height: z.number().positive().optional(),
    }),
  ),
  annotations: z.array(
    z.object({
      image_id: id,
      keypoints: z.array(z.number()).optional(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
    }),
  ),
});
type Coco = z.infer<typeof cocoSchema>;

export interface CocoFace {
  readonly file: string;
  readonly size: Size | null;
  readonly box: Box | null;
  readonly keypoints: Point[] | null;
  /** [K]; null where all are. */
  readonly labelled: boolean[] | null;
}

export function looksLikeCoco(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'images' in value && 'annotations' in value;
}

/** In the order of the annotations; images without one come last, without a box. Throws INVALID_DATASET. */
export function parseCoco(text: string, file: string): CocoFace[] {
  const coco = parseJson(text, file);
  const images = new Map(coco.images.map((image) => [image.id, image]));
  const used = new Set<string | number>();
  const faces = coco.annotations.map((annotation, index) => {
    const image = images.get(annotation.image_id);
    if (!image) {
      const line = lineOfValue(text, ['annotations', index, 'image_id']);
      throw invalidDataset(
        file,
        line,
        `an image with the id of annotations[${index}]`,
        `none with ${annotation.image_id}`,
      );
    }
    used.add(image.id);
    const values = annotation.keypoints ?? [];
    if (values.length % 3 !== 0) {
      const line = lineOfValue(text, ['annotations', index, 'keypoints']);
      const expected = `annotations[${index}].keypoints in threes (x, y, v)`;
      throw invalidDataset(file, line, expected, excerpt(`${values.length} numbers`));
    }
    const points = keypointsOf(values);
    return { file: image.file_name, size: sizeOf(image), box: parseBox(annotation.bbox), ...points };
  });
  const rest = coco.images.filter((image) => !used.has(image.id));
  const empty = { box: null, keypoints: null, labelled: null };
  return [...faces, ...rest.map((image) => ({ file: image.file_name, size: sizeOf(image), ...empty }))];
}

function parseJson(text: string, file: string): Coco {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidDataset(
      file,
      lineOfSyntaxError(text, cause as Error),
      'JSON',
      excerpt((cause as Error).message),
      cause,
    );
  }
  const parsed = cocoSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const got = `${issue.path.join('.')}: ${issue.message}`;
  throw invalidDataset(file, lineOfValue(text, issue.path), 'COCO keypoint annotations', got);
}

function sizeOf(image: Coco['images'][number]): Size | null {
  return image.width && image.height ? { width: image.width, height: image.height } : null;
}

function parseBox(bbox: Coco['annotations'][number]['bbox']): Box | null {
  if (!bbox || !(bbox[2] > 0) || !(bbox[3] > 0)) return null;
  const [left, top, width, height] = bbox;
  return { left, top, width, height };
}

/** `values` are x, y, v in turn. */
function keypointsOf(values: readonly number[]): Pick<CocoFace, 'keypoints' | 'labelled'> {
  const keypoints: Point[] = [];
  const labelled: boolean[] = [];
  for (let i = 0; i < values.length; i += 3) {
    keypoints.push([values[i]! + 0.5, values[i + 1]! + 0.5]);
    labelled.push(values[i + 2]! > 0);
  }
  if (!labelled.includes(true)) return { keypoints: null, labelled: null };
  return { keypoints, labelled: labelled.includes(false) ? labelled : null };
}
