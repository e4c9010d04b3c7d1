/** Draws what one sample's augmentation will be. */
import { composeTransforms, IDENTITY, type Size, similarity, type Transform } from '../../domain/geometry.ts';
import * as colour from './colour.ts';
import type { Rng } from './rng.ts';
import type { Augmentation, AugmentationStep } from './steps.ts';

export type PixelStep =
  | { readonly kind: 'colour'; readonly matrix: colour.ColourMatrix }
  | { readonly kind: 'contrast'; readonly factor: number }
  | { readonly kind: 'blur'; readonly sigma: number }
  /** Pixels of the input; `right` and `bottom` are not covered any more. */
  | {
      readonly kind: 'occlude';
      readonly left: number;
      readonly top: number;
      readonly right: number;
      readonly bottom: number;
      readonly rgb: readonly [number, number, number];
    }
  | { readonly kind: 'noise'; readonly sigma: number };

export interface DrawnAugmentation {
  /** From pixels of the input before to pixels of the input after. */
  readonly transform: Transform;
  /** Whether `transform` mirrors, so that paired points swap. */
  readonly flipped: boolean;
  readonly pixels: readonly PixelStep[];
}

/** `boxSide` in pixels of the input, for shifts. */
export function drawAugmentation(steps: Augmentation, input: Size, boxSide: number, rng: Rng): DrawnAugmentation {
  let transform = IDENTITY;
  let flipped = false;
  const pixels: PixelStep[] = [];
  for (const step of steps) {
    if (!rng.chance(step.probability)) continue;
    const move = drawMove(step, input, boxSide, rng);
    if (move) {
      transform = composeTransforms(transform, move);
      if (step.kind === 'flip') flipped = !flipped;
    } else {
      pixels.push(drawPixelStep(step, input, rng));
    }
  }
  return { transform, flipped, pixels };
}

/** Null for steps that move nothing. */
function drawMove(step: AugmentationStep, { width, height }: Size, boxSide: number, rng: Rng): Transform | null {
  const centre = [width / 2, height / 2] as const;
  switch (step.kind) {
    case 'rotate': {
      const degrees = step.sigma
        ? Math.max(-step.degrees, Math.min(step.degrees, rng.normal(step.sigma)))
        : rng.uniform(-step.degrees, step.degrees);
      return similarity(centre, (degrees * Math.PI) / 180, 1);
    }
    case 'scale':
      return similarity(centre, 0, Math.exp(rng.uniform(Math.log(step.min), Math.log(step.max))));
    case 'shift': {
      const sigma = step.sigma * boxSide;
      return similarity(centre, 0, 1, [rng.normal(sigma), rng.normal(sigma)]);
    }
    case 'flip':
      return { ...IDENTITY, a: -1, tx: width };
    default:
      return null;
  }
}

function drawPixelStep(step: AugmentationStep, input: Size, rng: Rng): PixelStep {
  switch (step.kind) {
    case 'colour':
      return { kind: 'colour', matrix: colour.hue(rng.uniform(-step.degrees, step.degrees)) };
    case 'saturation':
      return { kind: 'colour', matrix: colour.saturation(rng.uniform(step.min, step.max)) };
    case 'brightness':
      return { kind: 'colour', matrix: colour.brightness(rng.uniform(step.min, step.max)) };
    case 'grey':
      return { kind: 'colour', matrix: colour.saturation(0) };
    case 'contrast':
      return { kind: 'contrast', factor: rng.uniform(step.min, step.max) };
    case 'blur':
      return { kind: 'blur', sigma: rng.uniform(step.minSigma, step.maxSigma) };
    case 'noise':
      return { kind: 'noise', sigma: rng.uniform(0, step.maxSigma) };
    case 'occlude':
      return drawOccluder(step, input, rng);
    default:
      throw new RangeError(`Expected a step that changes pixels, got ${step.kind}`);
  }
}

function drawOccluder(step: { min: number; max: number }, { width, height }: Size, rng: Rng): PixelStep {
  const w = Math.round(rng.uniform(step.min, step.max) * width);
  const h = Math.round(rng.uniform(step.min, step.max) * height);
  const left = rng.int(width - w + 1);
  const top = rng.int(height - h + 1);
  const rgb = [rng.int(256), rng.int(256), rng.int(256)] as const;
  return { kind: 'occlude', left, top, right: left + w, bottom: top + h, rgb };
}
