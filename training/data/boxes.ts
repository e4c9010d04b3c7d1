import { boundingBox, scaleBox } from '../../domain/geometry.ts';
import type { Sample } from './sample.ts';

/**
 * Whether the box is the bounds of the points with sides longer by a tenth, to the pixel: what ../shared/data has where the detector found nothing. Figures are reported with and without such faces.
 */
export function boxKnowsPoints({ box, keypoints }: Sample): boolean {
  if (!box || !keypoints || keypoints.length < 2) return false;
  const grown = scaleBox(boundingBox(keypoints), 1.1);
  const near = (a: number, b: number) => Math.abs(a - b) <= 1.5;
  return (
    near(box.left, grown.left) &&
    near(box.top, grown.top) &&
    near(box.width, grown.width) &&
    near(box.height, grown.height)
  );
}
