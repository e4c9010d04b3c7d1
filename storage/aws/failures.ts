/** Translates what the AWS SDK throws, in one place. */
import { FiducialError, isFiducialError } from '../../domain/errors.ts';

const THROTTLES = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'OverLimit',
]);
/** 400s that say nothing about the request itself. */
const TRANSIENT = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'BadDigest',
  'IncompleteBody',
  'ConditionalRequestConflict',
  'OperationAborted',
]);
const CONNECTION = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
const IDENTITY = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
]);
const LEASE = new Set(['MessageNotInflight', 'ReceiptHandleIsInvalid']);
const INSUFFICIENT_STORAGE = 507;
/** ENOSPC and EDQUOT, in the words of strerror(3). */
const NO_SPACE = /no space left on device|disk quota exceeded/i;
const CONFIGURATION = new Set(['NoSuchBucket', 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue']);

export type Failure =
  | { readonly kind: 'aborted' | 'throttled' | 'precondition' | 'missing' | 'range' | 'leaseLost' | 'refused' }
  /** `mayHaveHappened`: the request can have had its effect although no answer came. */
  | { readonly kind: 'transient'; readonly mayHaveHappened: boolean }
  | { readonly kind: 'identity' | 'configuration' | 'corrupt' | 'full' | 'other' };

interface Shape {
  readonly name: string;
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
}

function shapeOf(error: unknown): Shape {
  if (!(error instanceof Error)) return { name: '', code: '', status: null, message: String(error) };
  const extra = error as { code?: unknown; Code?: unknown; $metadata?: { httpStatusCode?: number } };
  return {
    name: error.name,
    code: String(extra.code ?? extra.Code ?? ''),
    status: extra.$metadata?.httpStatusCode ?? null,
    message: error.message,
  };
}

function clockWasSet(error: unknown): boolean {
  const { $metadata } = Object(error) as { $metadata?: { clockSkewCorrected?: boolean } };
  return $metadata?.clockSkewCorrected === true;
}

export function classify(error: unknown): Failure {
  const { name, code, status, message } = shapeOf(error);
  const is = (names: ReadonlySet<string>) => names.has(name) || names.has(code);
  if (name === 'AbortError') return { kind: 'aborted' };
  if (is(THROTTLES) || status === 429) return { kind: 'throttled' };
  if (is(LEASE) || /not available for visibility timeout change/i.test(message)) return { kind: 'leaseLost' };
  if (is(CONFIGURATION)) return { kind: 'configuration' };
  // SQS refuses a signature for the machine's clock too. The SDK has seen that, and signs by the service's from now on.
  if (is(IDENTITY)) return clockWasSet(error) ? { kind: 'transient', mayHaveHappened: false } : { kind: 'identity' };
  if (/checksum mismatch|invalid md5 checksum/i.test(message)) return { kind: 'corrupt' };
  if (is(TRANSIENT) || status === 409) return { kind: 'transient', mayHaveHappened: false };
  if (status === 412) return { kind: 'precondition' };
  if (status === 404) return { kind: 'missing' };
  if (status === 416) return { kind: 'range' };
  if (status === 403 || status === 401) return { kind: 'refused' };
  // S3 never says so; stores that speak its protocol do, some of them by what their file system told them.
  if (status === INSUFFICIENT_STORAGE || NO_SPACE.test(message)) return { kind: 'full' };
  if (name === 'TimeoutError' || is(CONNECTION) || (status !== null && status >= 500)) {
    return { kind: 'transient', mayHaveHappened: true };
  }
  // An answer that was cut reads as neither error nor result.
  if (status === null && /socket hang up|aborted|premature|Deserialization|Unexpected end/i.test(message)) {
    return { kind: 'transient', mayHaveHappened: true };
  }
  return { kind: 'other' };
}

const CODES = {
  aborted: 'ABORTED',
  throttled: 'THROTTLED',
  precondition: 'PRECONDITION_FAILED',
  missing: 'NOT_FOUND',
  range: 'INVALID_INPUT',
  leaseLost: 'LEASE_LOST',
  refused: 'FORBIDDEN',
  transient: 'UNAVAILABLE',
  identity: 'UNAUTHENTICATED',
  configuration: 'INVALID_CONFIG',
  corrupt: 'CORRUPT_STORE',
  full: 'STORAGE_FULL',
  other: 'INTERNAL',
} as const;

/** `what` names the call and its object: `PUT results/p/run.json`. */
export function translateAws(error: unknown, what: string): FiducialError {
  if (isFiducialError(error)) return error;
  const { name, status, message } = shapeOf(error);
  const detail = [name, status === null ? '' : `HTTP ${status}`, message].filter(Boolean).join(', ');
  const { kind } = classify(error);
  // Whoever runs the store makes room; nothing of ours has to change.
  if (kind === 'full') {
    const message = `${what}: the store has no space left (${detail}); make room in it and try again`;
    return new FiducialError('STORAGE_FULL', message, { cause: error, retryable: true });
  }
  return new FiducialError(CODES[kind], `${what}: ${detail}`, { cause: error });
}
