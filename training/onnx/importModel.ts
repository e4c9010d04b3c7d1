/** Takes an ONNX file from elsewhere, with a card that someone wrote for it, into a model package. */
import { FiducialError, isFiducialError } from '../../domain/errors.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { type CardDraft, sealCard } from '../packageCard.ts';
import { adaptForeign, type ForeignConventions } from './adapt.ts';
import { keypointsOf } from './parity.ts';
import type { ImageBatch, OpenSession } from './session.ts';

/** What a person can not know or need not say is filled in. */
export type ForeignCard = Omit<CardDraft, 'parityError'>;

export interface ImportRequest {
  readonly onnxBytes: Uint8Array;
  readonly card: ForeignCard;
  /** Where the graph has other conventions than ours; without, it must take `image` and give `keypoints`. */
  readonly conventions?: ForeignConventions;
  readonly open: OpenSession;
}

/**
 * Runs one image and two before it believes the card. Throws INVALID_MODEL where the graph can not be run on `image`,
 * uint8 [N, H, W, 3], or does not give finite `keypoints`, float32 [N, K, 2], or where the card is not as expected.
 */
export async function importModel(request: ImportRequest): Promise<{ onnxBytes: Uint8Array; card: ModelCard }> {
  const { card, conventions, open } = request;
  const { width, height } = card.input;
  const shape = { width, height, points: card.points };
  const onnxBytes = conventions ? adaptForeign(request.onnxBytes, conventions, shape) : request.onnxBytes;
  await runSamples(onnxBytes, card, conventions ? open : hinting(open));
  return { onnxBytes, card: sealCard({ ...card, parityError: null }, onnxBytes) };
}

/** Where a graph is not as ours and nothing says how it differs, that is what to say. */
function hinting(open: OpenSession): OpenSession {
  return async (onnxBytes) => {
    try {
      return await open(onnxBytes);
    } catch (cause) {
      if (!isFiducialError(cause, 'INVALID_MODEL')) throw cause;
      const how = 'or say by `conventions` in the card how the graph differs (layout, colour, mean, std, units)';
      throw new FiducialError('INVALID_MODEL', `${cause.message}, ${how}`, { cause });
    }
  };
}

async function runSamples(onnxBytes: Uint8Array, card: ForeignCard, open: OpenSession): Promise<void> {
  const session = await open(onnxBytes);
  try {
    for (const count of [1, 2]) {
      const outputs = await session.run(sampleImages(count, card.input)).catch((cause: unknown) => {
        const wanted = `image, uint8 [${count}, ${card.input.height}, ${card.input.width}, 3]`;
        const how = 'say how it differs (layout, colour, mean, std, units), or export it with a free batch size';
        throw new FiducialError('INVALID_MODEL', `Expected a graph that runs on ${wanted}, it did not; ${how}`, {
          cause,
        });
      });
      const { data, dims } = keypointsOf(outputs);
      const expected = [count, card.points, 2];
      if (dims.join() !== expected.join() || !data.every(Number.isFinite)) {
        const got = `[${dims.join(', ')}]${data.every(Number.isFinite) ? '' : ', not all finite'}`;
        throw new FiducialError('INVALID_MODEL', `Expected finite keypoints [${expected.join(', ')}], got ${got}`);
      }
    }
  } finally {
    await session.close();
  }
}

/** Slopes of colour: no image, and no constant. */
function sampleImages(count: number, { width, height }: ForeignCard['input']): ImageBatch {
  const data = Uint8Array.from({ length: count * height * width * 3 }, (_, i) => (i * 37 + (i >> 8) * 11) & 255);
  return { data, shape: [count, height, width, 3] };
}
