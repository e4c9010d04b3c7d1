/** NumPy's .npy files (format 1.0 to 3.0: numpy.lib.format), float32, little-endian, C order. */
import { FiducialError } from '../../../domain/errors.ts';

export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/** `name` is for messages. Throws FiducialError INVALID_MODEL where the bytes are anything else. */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (got: string) =>
    new FiducialError('INVALID_MODEL', `Expected ${name} to be a .npy file of float32 in C order, got ${got}`, {
      ids: { file: name },
    });
  if (!buffer.subarray(0, MAGIC.length).equals(MAGIC) || buffer.length < 12) throw refuse('other bytes');
  const wide = buffer[6]! >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8));
  const header = buffer.toString('latin1', start, end);
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr !== '<f4' || !/'fortran_order':\s*False/.test(header) || shapeText === undefined)
    throw refuse(header.trim() || 'no header');
  const shape = shapeText
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const size = shape.reduce((product, side) => product * side, 1);
  if (buffer.length - end !== 4 * size) throw refuse(`${buffer.length - end} bytes for shape [${shape}]`);
  return {
    shape,
    values: new Float32Array(buffer.buffer.slice(buffer.byteOffset + end, buffer.byteOffset + end + 4 * size)),
  };
}
