/** How a model is named: `NAME`, `NAME@VERSION`, `NAME@ALIAS`, and `shared/NAME` to look in `shared/` only. */
import { FiducialError } from '../domain/errors.ts';
import { modelReferenceSchema } from '../domain/records.ts';

export const SHARED = 'shared';

export interface ModelReference {
  readonly name: string;
  /** A version or an alias; null: what was promoted (the alias `production`), otherwise the newest version. */
  readonly at: string | null;
  readonly sharedOnly: boolean;
}

/** Throws INVALID_INPUT. */
export function parseReference(reference: string): ModelReference {
  if (!modelReferenceSchema.safeParse(reference).success) {
    throw new FiducialError('INVALID_INPUT', `Expected NAME, NAME@VERSION or NAME@ALIAS as a model, got ${reference}`);
  }
  const sharedOnly = reference.startsWith(`${SHARED}/`);
  const [name, at] = (sharedOnly ? reference.slice(SHARED.length + 1) : reference).split('@');
  return { name: name!, at: at ?? null, sharedOnly };
}

export function unknownModel(reference: string, existing: readonly string[]): FiducialError {
  const there = existing.length > 0 ? existing.slice(0, 20).join(', ') : 'none';
  return new FiducialError(
    'UNKNOWN_MODEL',
    `Expected one of the models here (${there}), got ${reference}; choose one of them or train it first`,
    { ids: { model: reference } },
  );
}
