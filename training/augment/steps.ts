/**
 * Augmentation as a recipe lists it. Steps that move pixels (rotate, scale, shift, flip) are composed in their order
 * into one warp, so that pixels are interpolated once; the others then run in their order on the warped image.
 * A grey conversion for a one-channel network comes after all of them.
 */
import { z } from 'zod';

const probability = z.number().min(0).max(1).default(1);
/** The lower end of a range: not above the field that it names. In JSON Schema, which has no word for it, `notAbove`. */
const upTo = (upper: string, lower = z.number()) => lower.meta({ notAbove: upper });
const range = { min: upTo('max'), max: z.number() };

export const augmentationStepSchema = z.discriminatedUnion('kind', [
  /** Uniform in +-`degrees`, or with `sigma` (degrees) normal and cut at +-`degrees`. */
  z.object({
    kind: z.literal('rotate'),
    degrees: z.number().min(0).max(180),
    sigma: z.number().positive().optional(),
    probability,
  }),
  /** Factor of the face's size, uniform in its logarithm. */
  z.object({
    kind: z.literal('scale'),
    min: upTo('max', z.number().positive()),
    max: z.number().positive(),
    probability,
  }),
  /** x and y each, normal, in sides of the face's box (of the input, where the crop is the whole image). */
  z.object({ kind: z.literal('shift'), sigma: z.number().min(0), probability }),
  /**
   * Mirror image; paired points swap. `labelShift` (crop units): how far to the right of what mirror symmetry says the
   * labels lie. Mirrored labels are moved back over it, so that flips teach the labels' own convention instead of
   * averaging it away.
   */
  z.object({
    kind: z.literal('flip'),
    probability: z.number().min(0).max(1).default(0.5),
    labelShift: z.number().min(-0.1).max(0.1).default(0),
  }),
  /** Hue turned by up to +-`degrees`, in YIQ. */
  z.object({ kind: z.literal('colour'), degrees: z.number().min(0).max(180), probability }),
  /** 0 is grey, 1 unchanged. */
  z.object({ kind: z.literal('saturation'), ...range, probability }),
  /** Factor. */
  z.object({ kind: z.literal('brightness'), ...range, probability }),
  /** Factor of the distance from the image's mean grey. */
  z.object({ kind: z.literal('contrast'), ...range, probability }),
  /** Gaussian, `sigma` uniform in pixels of the network's input. */
  z.object({
    kind: z.literal('blur'),
    minSigma: upTo('maxSigma', z.number().min(0)),
    maxSigma: z.number().min(0).max(20),
    probability,
  }),
  /** BT.601. */
  z.object({ kind: z.literal('grey'), probability: z.number().min(0).max(1).default(0.1) }),
  /** A rectangle of one random colour; its sides are uniform fractions of the input's. */
  z.object({
    kind: z.literal('occlude'),
    min: upTo('max', z.number().min(0).max(1)),
    max: z.number().min(0).max(1),
    probability,
  }),
  /** Gaussian noise of each value, sigma uniform in 0 to `maxSigma` of 255 levels. */
  z.object({ kind: z.literal('noise'), maxSigma: z.number().min(0), probability }),
]);
export type AugmentationStep = z.infer<typeof augmentationStepSchema>;

export const augmentationSchema = z.array(augmentationStepSchema);
export type Augmentation = z.infer<typeof augmentationSchema>;

/** Crop units; 0 where nothing is mirrored. See the step `flip`. */
export function labelShiftOf(steps: Augmentation): number {
  return steps.find((step) => step.kind === 'flip')?.labelShift ?? 0;
}

/**
 * The first range whose lower end is above its upper one; null: none. Apart from the schema, so that runs of releases
 * that let such ranges be can still be read.
 */
export function reversedRange(steps: Augmentation): { readonly path: string; readonly message: string } | null {
  for (const [index, step] of steps.entries()) {
    const { shape } = augmentationStepSchema.options.find((one) => one.shape.kind.value === step.kind)!;
    for (const [name, field] of Object.entries(shape)) {
      const upper = field.meta()?.notAbove;
      if (typeof upper !== 'string') continue;
      const { [name]: low, [upper]: high } = step as unknown as Record<string, number>;
      if (low! > high!) return { path: `${index}.${name}`, message: `Expected at most ${upper}, ${high}, got ${low}` };
    }
  }
  return null;
}
