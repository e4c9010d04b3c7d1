/** Which format bytes are in. Content decides; names are never looked at. */

export const READABLE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'] as const;
export type ReadableFormat = (typeof READABLE_FORMATS)[number];

export type Sniffed =
  | { readonly readable: true; readonly format: ReadableFormat }
  /** Known, and not read here. `name` is for people. */
  | { readonly readable: false; readonly name: string };

interface Signature {
  readonly name: string;
  readonly at: number;
  readonly magic: string;
}

function signature(name: string, magic: string, at = 0): Signature {
  return { name, at, magic };
}

const READABLE: readonly (Signature & { readonly format: ReadableFormat })[] = [
  { ...signature('JPEG', '\xff\xd8\xff'), format: 'jpeg' },
  { ...signature('PNG', '\x89PNG\r\n\x1a\n'), format: 'png' },
  { ...signature('GIF', 'GIF87a'), format: 'gif' },
  { ...signature('GIF', 'GIF89a'), format: 'gif' },
  { ...signature('TIFF', 'II*\0'), format: 'tiff' },
  { ...signature('TIFF', 'MM\0*'), format: 'tiff' },
  { ...signature('BigTIFF', 'II+\0'), format: 'tiff' },
  { ...signature('BigTIFF', 'MM\0+'), format: 'tiff' },
];

const UNREADABLE: readonly Signature[] = [
  signature('PDF', '%PDF-'),
  signature('BMP', 'BM'),
  signature('Photoshop', '8BPS'),
  signature('JPEG XL', '\xff\x0a'),
  signature('JPEG XL', '\0\0\0\x0cJXL '),
  signature('JPEG 2000', '\0\0\0\x0cjP  '),
  signature('JPEG 2000', '\xff\x4f\xff\x51'),
  signature('Windows icon', '\0\0\x01\0'),
  signature('OpenEXR', 'v/1\x01'),
  signature('Radiance HDR', '#?RADIANCE'),
  signature('DirectDraw surface', 'DDS '),
  signature('FITS', 'SIMPLE  ='),
  signature('QOI', 'qoif'),
];

/** Major and compatible brands of ISO/IEC 23008-12 files. */
const HEIF_BRANDS = new Set(['avif', 'avis', 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1', 'miaf']);

/** Null where the bytes are in no image format that is known here. */
export function sniffFormat(bytes: Uint8Array): Sniffed | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString('latin1');
  const known = READABLE.find(({ magic, at }) => head.startsWith(magic, at));
  if (known) return { readable: true, format: known.format };
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return { readable: true, format: 'webp' };
  if (isHeif(head)) return { readable: true, format: 'heif' };
  const other = UNREADABLE.find(({ magic, at }) => head.startsWith(magic, at));
  if (other && !(other.name === 'BMP' && !isBitmap(head))) return { readable: false, name: other.name };
  if (/<svg[\s>]/i.test(head)) return { readable: false, name: 'SVG' };
  if (/^P[1-7][\s#]/.test(head)) return { readable: false, name: 'Netpbm' };
  return null;
}

function isHeif(head: string): boolean {
  if (!head.startsWith('ftyp', 4)) return false;
  const length = Math.min((head.charCodeAt(2) << 8) | head.charCodeAt(3), 256);
  const brands = head.slice(8, 12) + head.slice(16, length);
  for (let at = 0; at < brands.length; at += 4) if (HEIF_BRANDS.has(brands.slice(at, at + 4))) return true;
  return false;
}

/** `BM` also begins words: the size of the header that follows is one of those that exist. */
function isBitmap(head: string): boolean {
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(head.charCodeAt(14)) && head.charCodeAt(15) === 0;
}
