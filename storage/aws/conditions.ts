import { isFiducialError } from '../../domain/errors.ts';
import { preconditionFailed } from '../keys.ts';
import type { Condition } from '../ports.ts';

/** User metadata that says whose write an object is: `x-amz-meta-nonce`. */
export const NONCE = 'nonce';

export function conditionHeaders(condition: Condition | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (!condition) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
}

/** S3 answers 404 where `If-Match` meets nothing; to us it is a condition that does not hold. */
export function asPrecondition(error: unknown, bucket: string, key: string, condition: Condition | undefined): unknown {
  if (condition && 'ifMatch' in condition && isFiducialError(error, 'NOT_FOUND')) {
    return preconditionFailed(bucket, key, `expected ETag ${condition.ifMatch}, found nothing`);
  }
  return error;
}
