import { describe, expect, it } from 'vitest';
import { graphOf, RESNET18 } from '../../../training/nn/architectures/index.ts';
import { OnnxBuilder } from '../../../training/onnx/builder.ts';
import { exportOnnx } from '../../../training/onnx/export.ts';
import { toOihw } from '../../../training/onnx/layers.ts';
import { decodeModel, encodeModel } from '../../../training/onnx/proto.ts';
import { readWeights } from '../../../training/onnx/read.ts';
import { tensorNumbers } from '../../../training/onnx/tensor.ts';
import { randomParams } from './networks.ts';

const graph = graphOf({ ...RESNET18, input: 32, hidden: 8 });
const params = randomParams(graph);

describe('weights read from ONNX', () => {
  it('are those that were exported, by torchvision’s names and in its layout', () => {
    const weights = readWeights(exportOnnx(graph, params, { foldBatchNorm: false }));
    const { shape, data } = weights.get('layer2.0.downsample.0.weight')!;
    expect(shape).toEqual([128, 64, 1, 1]);
    const hwio = { shape: [1, 1, 64, 128], data: params.get('layer2.0.downsample.0.weight')! };
    expect(Buffer.from(data.buffer).equals(Buffer.from(toOihw(hwio).data.buffer))).toBe(true);
    expect(weights.get('bn1.running_var')!.data).toEqual(params.get('bn1.running_var'));
    for (const name of params.keys()) expect(weights.has(name), name).toBe(true);
  });

  it('have a folded bias and no batch norm where that was folded', () => {
    const weights = readWeights(exportOnnx(graph, params));
    expect(weights.get('conv1.bias')!.shape).toEqual([64]);
    expect([...weights.keys()].filter((name) => name.includes('running'))).toEqual([]);
  });

  it('get their names from the scope of their node where Torch’s exporter made names up', () => {
    const builder = new OnnxBuilder('torch');
    const image = builder.input('input', 'float', ['N', 1, 4, 4]);
    const w = builder.constant('onnx::Conv_193', [1, 1, 1, 1], Float32Array.of(2));
    const b = builder.constant('onnx::Conv_194', [1], Float32Array.of(3));
    const name = '/layer2/layer2.0/downsample/downsample.0/Conv';
    const conv = builder.node('Conv', [image, w, b], { name });
    const flat = builder.node('Flatten', [conv], { name: '/Flatten' });
    // [in, out], as a Gemm without transB has it.
    const fc = builder.constant(
      'fc.weight',
      [16, 2],
      Float32Array.from({ length: 32 }, (_, i) => i),
    );
    builder.output('scores', builder.node('Gemm', [flat, fc], { name: '/fc/Gemm' }), 'float', ['N', 2]);
    const weights = readWeights(builder.encode());
    expect([...weights.keys()].sort()).toEqual([
      'fc.weight',
      'layer2.0.downsample.0.bias',
      'layer2.0.downsample.0.weight',
    ]);
    const { shape, data } = weights.get('fc.weight')!;
    expect(shape).toEqual([2, 16]);
    expect([data[0], data[1], data[16]]).toEqual([0, 2, 1]);
  });

  it('are read however the file stores them', () => {
    const tensor = (dataType: number, fields: object) => ({ name: 't', dims: [2], dataType, ...fields });
    expect(tensorNumbers(tensor(1, { floatData: [1.5, -2] }))).toEqual([1.5, -2]);
    expect(tensorNumbers(tensor(11, { rawData: new Uint8Array(Float64Array.of(1.5, -2).buffer) }))).toEqual([1.5, -2]);
    // 1.5 and -2 in binary16, and the smallest number that it has.
    expect(tensorNumbers(tensor(10, { int32Data: [0x3e00, 0xc000] }))).toEqual([1.5, -2]);
    expect(tensorNumbers(tensor(10, { rawData: Uint8Array.of(0x01, 0x00, 0x00, 0x7c) }))).toEqual([2 ** -24, Infinity]);
    expect(tensorNumbers(tensor(7, { rawData: new Uint8Array(BigInt64Array.of(-1n, 7n).buffer) }))).toEqual([-1, 7]);
    expect(() => tensorNumbers(tensor(1, { floatData: [1] }))).toThrow('Expected 2 numbers');
    expect(() => tensorNumbers(tensor(8, {}))).toThrow('data type 8');
  });
});

describe('a file', () => {
  const bytes = exportOnnx(graph, params);

  it('is the same after it was read and written', () => {
    expect(Buffer.from(encodeModel(decodeModel(bytes))).equals(Buffer.from(bytes))).toBe(true);
  });

  it('is refused where it is no ONNX, or keeps tensors elsewhere', () => {
    for (const other of [Buffer.from('{"no": "model"}'), Buffer.alloc(0), Buffer.from([0xff, 0xd8, 0xff, 0xe0])]) {
      expect(() => decodeModel(other)).toThrow('Expected an ONNX file');
    }
    const model = decodeModel(bytes);
    const initializer = model.graph.initializer.map((tensor) => ({ ...tensor, dataLocation: 1 }));
    const outside = encodeModel({ ...model, graph: { ...model.graph, initializer } });
    expect(() => decodeModel(outside)).toThrow('tensors outside the file');
  });
});
