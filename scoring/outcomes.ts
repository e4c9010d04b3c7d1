/** Predictions of items that were not scored. */
import { ITEM_ERROR_CODES, type ItemErrorCode } from '../domain/errors.ts';
import type { Prediction } from '../domain/records.ts';

/** `detail` says what was got; the code's own sentence stands in where there is nothing to add. */
export function failedPrediction(key: string, code: ItemErrorCode, detail?: string): Prediction {
  const message = detail ?? ITEM_ERROR_CODES[code];
  return { key, outcome: 'failed', width: null, height: null, error: { code, message }, faces: [] };
}
