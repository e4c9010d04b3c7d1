/** Cards that speak of the file they lie beside. */
import { createHash } from 'node:crypto';
import { FiducialError } from '../domain/errors.ts';
import { type ModelCard, modelCardSchema } from '../domain/modelCard.ts';

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A version named after its content: twelve digits of the digest. */
export function versionOf(onnxBytes: Uint8Array): string {
  return sha256Of(onnxBytes).slice(0, 12);
}

/** Throws INVALID_MODEL where the card is not as expected or speaks of other bytes. */
export function checkCard(card: unknown, onnxBytes: Uint8Array): ModelCard {
  const parsed = modelCardSchema.safeParse(card);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const message = `Expected a model card, got ${issue?.message} at ${issue?.path.join('.') || 'its root'}`;
    throw new FiducialError('INVALID_MODEL', message);
  }
  const { name, version, sha256, bytes } = parsed.data;
  const digest = sha256Of(onnxBytes);
  if (sha256 !== digest || bytes !== onnxBytes.length) {
    const message = `Expected the ONNX file that the card of ${name}@${version} describes (${bytes} bytes, ${sha256}), got`;
    throw new FiducialError('INVALID_MODEL', `${message} ${onnxBytes.length} bytes, ${digest}`);
  }
  return parsed.data;
}

/** What its author writes; size and digest of the file are filled in. */
export type CardDraft = Omit<ModelCard, 'sha256' | 'bytes'>;

/** Throws INVALID_MODEL where the draft is not as expected. */
export function sealCard(draft: CardDraft, onnxBytes: Uint8Array): ModelCard {
  return checkCard({ ...draft, sha256: sha256Of(onnxBytes), bytes: onnxBytes.length }, onnxBytes);
}

/**
 * Of the int8 model made from `card`'s: a model of its own, `<name>-int8`, so that the float model's name goes on meaning
 * the float model. All else is carried over, but no metrics: those are its own, once it has been measured.
 */
export function quantizedCard(
  card: ModelCard,
  int8Bytes: Uint8Array,
  measured: { readonly metrics?: ModelCard['metrics']; readonly createdAt?: string } = {},
): ModelCard {
  const name = `${card.name}-int8`;
  const quantized = { precision: 'int8', quantizedFrom: card.sha256, parityError: null } as const;
  return sealCard({ ...card, ...quantized, name, version: versionOf(int8Bytes), metrics: [], ...measured }, int8Bytes);
}
