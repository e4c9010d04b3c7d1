/**
 * Every failure that Fiducial reports has one of these codes. Scripts and the API rely on them: codes are never
 * renamed, only added.
 */

/** Why one image of a batch has no keypoints. Stable; part of the public record format. */
export const ITEM_ERROR_CODES = {
  EMPTY: 'the object has no bytes',
  NOT_AN_IMAGE: 'the content is in no image format that is read here, whatever its name says',
  UNSUPPORTED: 'an image format or variant that is recognised but not read here',
  TRUNCATED: 'the image ends before its pixels do, or its data is damaged',
  TOO_LARGE: 'more bytes or pixels than the limit',
  MISSING: 'the manifest names an object that does not exist',
  CHANGED: 'the object was replaced after the run was planned',
  NO_BOX: 'the crop rule is `box`, and neither the manifest nor the truth gives one',
  BAD_BOX: 'the box lies outside the image or has no area',
  CORRUPT: 'the bytes that arrived do not match their checksum',
  CRASHED: 'reading this image ended the process that read it',
  TIMEOUT: 'reading this image took longer than the limit',
  UNREADABLE: 'storage refused to give the object, again and again',
  ABANDONED: 'its shard was delivered as often as allowed and never finished',
} as const;
export type ItemErrorCode = keyof typeof ITEM_ERROR_CODES;

/** Why an operation failed, or why a commit can't become a run. */
export const OPERATION_ERROR_CODES = {
  INVALID_INPUT: 'an argument, body or file is not as expected',
  INVALID_CONFIG: 'a setting is not as expected',
  NOT_FOUND: 'what was named does not exist',
  ALREADY_EXISTS: 'a conditional write found the object there already',
  PRECONDITION_FAILED: 'the object is not in the state that the caller expected',
  UNAUTHENTICATED: 'the caller did not prove who it is',
  FORBIDDEN: 'the caller may not do this',
  UNKNOWN_MODEL: 'no model package has this name, version or alias',
  INVALID_MODEL: 'the model package is damaged or does not fit its card',
  INVALID_COMMIT: 'the commit is not as expected',
  NO_IMAGES: 'the batch has no images',
  INVALID_MANIFEST: 'the manifest is not as expected',
  INVALID_DATASET: 'a data set or annotation file is not as expected',
  DELETED: 'the batch or run was deleted',
  CANCELLED: 'the run was cancelled',
  LEASE_LOST: 'another worker holds the lease now',
  PARITY_FAILED: 'the exported graph answers differently from the trained network',
  DIVERGED: 'the training loss became infinite, not a number, or exploded',
  BACKEND_UNAVAILABLE: 'the training backend that was asked for can not be had here',
  UNAVAILABLE: 'a service did not answer; trying again can help',
  THROTTLED: 'a service asked to be called less often; trying again can help',
  STORAGE_FULL: 'no space is left to write to',
  CORRUPT_STORE: 'stored data does not match its digest',
  LIMIT_EXCEEDED: 'more than is allowed at once',
  ABORTED: 'the operation was told to stop',
  INTERNAL: 'a defect of Fiducial',
} as const;
export type OperationErrorCode = keyof typeof OPERATION_ERROR_CODES;

export type ErrorCode = ItemErrorCode | OperationErrorCode;

const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'THROTTLED', 'LEASE_LOST', 'UNREADABLE', 'ABORTED']);

export interface FiducialErrorOptions {
  /** What failed, by kind of id: `{run, shard, key}`. */
  readonly ids?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
  /** Whether the same call can succeed later. Default: by code. */
  readonly retryable?: boolean;
}

/** A failure with a stable code. Its message says what was expected, what was got, and what to do. */
export class FiducialError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly ids: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, message: string, options: FiducialErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FiducialError';
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    this.ids = options.ids ?? {};
  }
}

export function isFiducialError(error: unknown, ...codes: ErrorCode[]): error is FiducialError {
  return error instanceof FiducialError && (codes.length === 0 || codes.includes(error.code));
}

export function isItemErrorCode(code: string): code is ItemErrorCode {
  return Object.hasOwn(ITEM_ERROR_CODES, code);
}
