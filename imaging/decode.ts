/**
 * Bytes to pixels. Checks come first, from cheap to dear: nothing at all, too many bytes, no image, an image that is
 * not read here, one that ends early, too many pixels. Only then is anything decoded.
 */
import type { Sharp } from 'sharp';
import { FiducialError } from '../domain/errors.ts';
import type { Size } from '../domain/geometry.ts';
import { decodeError } from './decodeErrors.ts';
import { endsProperly } from './ending.ts';
import { type ReadableFormat, sniffFormat } from './format.ts';
import { type Header, quickHeader } from './header.ts';
import type { DecodeLimits } from './limits.ts';
import { displayedSize, type Orientation, toOrientation } from './orientation.ts';
import { sharp } from './sharp.ts';

/** An image whose header was read and found acceptable. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly format: ReadableFormat;
  readonly stored: Size;
  readonly orientation: Orientation;
  /** As displayed. */
  readonly size: Size;
  readonly limits: DecodeLimits;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** Throws EMPTY, TOO_LARGE, NOT_AN_IMAGE, UNSUPPORTED, TRUNCATED. */
export async function readHeader(bytes: Uint8Array, limits: DecodeLimits): Promise<EncodedImage> {
  const format = acceptedFormat(bytes, limits);
  const { width, height, orientation } = quickHeader(bytes, format) ?? (await libvipsHeader(bytes, format, limits));
  if (width * height > limits.maxPixels) {
    throw new FiducialError(
      'TOO_LARGE',
      `Expected at most ${limits.maxPixels} pixels, got ${width} x ${height}; scale it down or raise the limit`,
    );
  }
  const stored = { width, height };
  return { bytes, format, stored, orientation, size: displayedSize(stored, orientation), limits };
}

async function libvipsHeader(bytes: Uint8Array, format: ReadableFormat, limits: DecodeLimits): Promise<Header> {
  try {
    const { width, height, orientation } = await sharp(bytes, { limitInputPixels: false }).metadata();
    // Formats of the HEIF family are displayed by their own boxes, which libheif has applied already.
    return { width, height, orientation: toOrientation(format === 'heif' ? 1 : orientation) };
  } catch (cause) {
    throw decodeError(cause, format, limits);
  }
}

function acceptedFormat(bytes: Uint8Array, limits: DecodeLimits): ReadableFormat {
  if (bytes.length === 0) {
    throw new FiducialError('EMPTY', 'Expected an image, got 0 bytes; upload the file again');
  }
  if (bytes.length > limits.maxBytes) {
    throw new FiducialError(
      'TOO_LARGE',
      `Expected at most ${limits.maxBytes} bytes, got ${bytes.length}; scale it down or raise the limit`,
    );
  }
  const sniffed = sniffFormat(bytes);
  if (!sniffed) {
    const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
    throw new FiducialError(
      'NOT_AN_IMAGE',
      `Expected a JPEG, PNG, WebP, GIF, TIFF or AVIF, got content that begins with ${start}; leave it out of the batch`,
    );
  }
  if (!sniffed.readable) {
    throw new FiducialError(
      'UNSUPPORTED',
      `Expected a JPEG, PNG, WebP, GIF, TIFF or AVIF, got ${sniffed.name}; convert it to JPEG or PNG`,
    );
  }
  if (!endsProperly(bytes, sniffed.format)) {
    throw new FiducialError(
      'TRUNCATED',
      `Expected a whole ${sniffed.format.toUpperCase()}, got ${bytes.length} bytes without its end; upload it again`,
    );
  }
  return sniffed.format;
}

/**
 * Runs `steps` on the image's pixels as stored (first frame). Gives uint8 [H, W, 3] in sRGB: the embedded colour
 * profile applied, alpha flattened on `fill`, CMYK and 16 bits converted. Throws TRUNCATED, UNSUPPORTED, TIMEOUT.
 */
export async function readPixels(
  image: EncodedImage,
  fill: Colour,
  steps: (pixels: Sharp) => Sharp = (pixels) => pixels,
): Promise<Uint8Array> {
  const input = sharp(image.bytes, { limitInputPixels: image.limits.maxPixels, failOn: 'warning', autoOrient: false });
  try {
    return await toRgb(steps(input), fill, image.limits.timeoutSeconds);
  } catch (cause) {
    throw decodeError(cause, image.format, image.limits);
  }
}

/** The same for uint8 [H, W, 3] pixels that were decoded before. */
export async function reworkPixels(
  pixels: Uint8Array,
  size: Size,
  fill: Colour,
  steps: (pixels: Sharp) => Sharp,
): Promise<Uint8Array> {
  return await toRgb(steps(sharp(pixels, { raw: { ...size, channels: 3 } })), fill, 0);
}

async function toRgb(pipeline: Sharp, [r, g, b]: Colour, timeoutSeconds: number): Promise<Uint8Array> {
  const { data, info } = await pipeline
    .flatten({ background: { r, g, b } })
    .toColourspace('srgb')
    .timeout({ seconds: timeoutSeconds })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const count = info.width * info.height;
  if (data.length === count * 3) return data;
  const channels = data.length / count;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < rgb.length; i++) {
    rgb[i] = data[Math.floor(i / 3) * channels + (channels < 3 ? 0 : i % 3)]!;
  }
  return rgb;
}
