/** Typed arrays to ONNX tensors and back. Raw data is little endian, as the specification wants it. */
import { endianness } from 'node:os';
import { FiducialError } from '../../domain/errors.ts';
import { DATA_TYPE, type OnnxTensor } from './model.ts';

export type TensorValues = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** A tensor of float32 outside of ONNX: C order. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function dataTypeOf(values: TensorValues): number {
  if (values instanceof Float32Array) return DATA_TYPE.float;
  if (values instanceof Uint8Array) return DATA_TYPE.uint8;
  if (values instanceof Int8Array) return DATA_TYPE.int8;
  if (values instanceof Int32Array) return DATA_TYPE.int32;
  return DATA_TYPE.int64;
}

/** Throws RangeError where the values do not fill the shape. The tensor shares the values' memory. */
export function toTensor(name: string, shape: readonly number[], values: TensorValues): OnnxTensor {
  if (endianness() !== 'LE') throw new RangeError('Expected a little-endian processor: ONNX raw data is written as is');
  if (elementCount(shape) !== values.length) {
    throw new RangeError(
      `Expected ${elementCount(shape)} values for ${name} [${shape.join(', ')}], got ${values.length}`,
    );
  }
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims: [...shape], dataType: dataTypeOf(values), rawData };
}

/** A float16 (IEEE 754 binary16) from its bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

function rawValues(tensor: OnnxTensor, raw: Uint8Array): ArrayLike<number | bigint> | undefined {
  const copy = new Uint8Array(raw).buffer;
  switch (tensor.dataType) {
    case DATA_TYPE.float:
      return new Float32Array(copy);
    case DATA_TYPE.double:
      return new Float64Array(copy);
    case DATA_TYPE.float16:
      return Array.from(new Uint16Array(copy), halfToFloat);
    case DATA_TYPE.uint8:
      return new Uint8Array(copy);
    case DATA_TYPE.int8:
      return new Int8Array(copy);
    case DATA_TYPE.int32:
      return new Int32Array(copy);
    case DATA_TYPE.int64:
      return new BigInt64Array(copy);
    default:
      return undefined;
  }
}

function listedValues(tensor: OnnxTensor): ArrayLike<number> | undefined {
  switch (tensor.dataType) {
    case DATA_TYPE.float:
      return tensor.floatData;
    case DATA_TYPE.double:
      return tensor.doubleData;
    case DATA_TYPE.float16:
      return tensor.int32Data?.map(halfToFloat);
    case DATA_TYPE.int64:
      return tensor.int64Data;
    default:
      return tensor.int32Data;
  }
}

/** Any numeric tensor's values as numbers. Throws INVALID_MODEL on other types and on values that do not fill it. */
export function tensorNumbers(tensor: OnnxTensor): number[] {
  const hasRaw = tensor.rawData !== undefined && tensor.rawData.length > 0;
  const values = hasRaw ? rawValues(tensor, tensor.rawData!) : listedValues(tensor);
  const expected = elementCount(tensor.dims);
  if (values?.length !== expected) {
    const got = values ? `${values.length} values` : `data type ${tensor.dataType}`;
    throw new FiducialError('INVALID_MODEL', `Expected ${expected} numbers in tensor ${tensor.name}, got ${got}`);
  }
  return Array.from(values as ArrayLike<number | bigint>, Number);
}

/** As float32. Throws as `tensorNumbers`. */
export function tensorFloats(tensor: OnnxTensor): FloatTensor {
  if (tensor.dataType === DATA_TYPE.float && tensor.rawData?.length === 4 * elementCount(tensor.dims)) {
    return { shape: tensor.dims, data: new Float32Array(new Uint8Array(tensor.rawData).buffer) };
  }
  return { shape: tensor.dims, data: Float32Array.from(tensorNumbers(tensor)) };
}
