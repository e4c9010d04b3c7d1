/** What every reader gives, and every later stage takes. */
import type { Box, Point, Size } from '../../domain/geometry.ts';
import type { LayoutId } from '../../domain/layouts.ts';

/** One face of one image. An image with three faces is three samples with one `image` and one `key`. */
export interface Sample {
  /** Absolute path of the image. */
  readonly image: string;
  /** Of the image, relative to the data set's root, `/` between segments. */
  readonly key: string;
  /** As displayed, where the annotation states it or the reader had to look. */
  readonly size: Size | null;
  /** In pixels of the image. May reach outside it. */
  readonly box: Box | null;
  /** [K][2] in continuous pixels of the image; null where nothing is labelled (a test set). */
  readonly keypoints: readonly Point[] | null;
  /** [K], whether the point is labelled at all (COCO leaves some out). Null: every one is. */
  readonly labelled: readonly boolean[] | null;
  readonly layout: LayoutId | null;
  /** The person, or the photo where nobody knows who it is: what must stay on one side of a split. */
  readonly group: string;
  /** Name of the data set, for figures by set. */
  readonly source: string;
  /** The side on which the data's own distribution puts it. Null: it says nothing. */
  readonly givenPart: 'train' | 'test' | null;
}

export const DATASET_KINDS = ['asf', 'pts', 'ibug-xml', 'coco', 'images-jsonl', 'merged'] as const;
export type DatasetKind = (typeof DATASET_KINDS)[number];

export interface Dataset {
  readonly name: string;
  /** Absolute path that keys are relative to; of the first one where several are merged. */
  readonly root: string;
  readonly kind: DatasetKind;
  readonly samples: readonly Sample[];
}

export function mergeDatasets(datasets: readonly Dataset[]): Dataset {
  const [first] = datasets;
  if (!first) throw new RangeError('Expected at least one data set, got none');
  if (datasets.length === 1) return first;
  return {
    name: datasets.map(({ name }) => name).join('+'),
    root: first.root,
    kind: 'merged',
    samples: datasets.flatMap(({ samples }) => samples),
  };
}
