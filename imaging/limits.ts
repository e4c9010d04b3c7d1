export interface DecodeLimits {
  /** Of the encoded file. Default 64 MiB. */
  readonly maxBytes: number;
  /** Width times height, as its header says. Default 100 million. */
  readonly maxPixels: number;
  /** For one decoding; 0: no limit. Default 30. */
  readonly timeoutSeconds: number;
}

export const DEFAULT_LIMITS: DecodeLimits = { maxBytes: 64 * 2 ** 20, maxPixels: 100e6, timeoutSeconds: 30 };
