import { LAYOUTS, type LayoutId, NOSE_POINT } from '../../domain/layouts.ts';
import { invalidDataset } from './invalid.ts';
import type { Sample } from './sample.ts';

/**
 * The samples with the points of `layout`: their own, or for `nose1` the one that each layout calls the nose.
 * Unlabelled faces are left out. Throws INVALID_DATASET where a sample's layout has no such points.
 */
export function withLayout(samples: readonly Sample[], layout: LayoutId): Sample[] {
  return samples
    .filter(({ keypoints }) => keypoints !== null)
    .map((sample) => (sample.layout === layout ? sample : converted(sample, layout)));
}

function converted(sample: Sample, layout: LayoutId): Sample {
  const nose = sample.layout === null ? undefined : NOSE_POINT[sample.layout];
  if (layout !== 'nose1' || nose === undefined || !sample.keypoints) {
    const points = layout === 'points' ? 'unnamed points' : `the ${LAYOUTS[layout].points} points of ${layout}`;
    throw invalidDataset(sample.image, null, points, `${sample.keypoints?.length ?? 0} points of ${sample.layout}`);
  }
  const labelled = sample.labelled ? [sample.labelled[nose]!] : null;
  return { ...sample, keypoints: [sample.keypoints[nose]!], labelled, layout: 'nose1' };
}
