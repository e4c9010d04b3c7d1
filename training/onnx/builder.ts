/** Puts an ONNX graph together: nodes in order, initialisers, unique names. */
import { DATA_TYPE, type OnnxAttribute, type OnnxModel, type OnnxValueInfo, ATTRIBUTE_TYPE as TYPE } from './model.ts';
import { encodeModel } from './proto.ts';
import { type TensorValues, toTensor } from './tensor.ts';

export const OPSET = 17;
export const IR_VERSION = 8;

/** An integer attribute, a list of them, or (wrapped) floats; a string is a string attribute. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

export interface NodeOptions {
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export type ValueType = keyof typeof DATA_TYPE;

export class OnnxBuilder {
  readonly #model: OnnxModel;
  readonly #taken = new Set<string>();

  constructor(name: string, docString = '') {
    this.#model = {
      irVersion: IR_VERSION,
      opsetImport: [{ domain: '', version: OPSET }],
      producerName: 'fiducial',
      docString,
      graph: { name, node: [], initializer: [], input: [], output: [] },
      metadataProps: [],
    };
  }

  /** Dimensions by number, or by name where they are free. */
  input(name: string, type: ValueType, dims: readonly (number | string)[]): string {
    this.#model.graph.input.push(valueInfo(this.#claim(name), type, dims));
    return name;
  }

  /** Names `value`, which a node gave, as an output of the graph. */
  output(name: string, value: string, type: ValueType, dims: readonly (number | string)[]): void {
    if (value !== name) {
      const producer = this.#model.graph.node.find((node) => node.output.includes(value));
      if (!producer) throw new RangeError(`Expected a value that a node gives for output ${name}, got ${value}`);
      this.#claim(name);
      for (const node of this.#model.graph.node) {
        node.input = node.input.map((input) => (input === value ? name : input));
        node.output = node.output.map((output) => (output === value ? name : output));
      }
    }
    this.#model.graph.output.push(valueInfo(name, type, dims));
  }

  constant(name: string, shape: readonly number[], values: TensorValues): string {
    const claimed = this.#claim(name);
    this.#model.graph.initializer.push(toTensor(claimed, shape, values));
    return claimed;
  }

  /** Adds a node after those it reads. Gives the name of its one output. */
  node(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const name = this.#claim(options.name ?? opType.toLowerCase());
    const attribute = Object.entries(options.attributes ?? {}).map(([key, value]) => toAttribute(key, value));
    this.#model.graph.node.push({ name, opType, input: [...inputs], output: [name], attribute });
    return name;
  }

  metadata(key: string, value: string): void {
    this.#model.metadataProps?.push({ key, value });
  }

  model(): OnnxModel {
    return this.#model;
  }

  encode(): Uint8Array {
    return encodeModel(this.#model);
  }

  #claim(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

export function valueInfo(name: string, type: ValueType, dims: readonly (number | string)[]): OnnxValueInfo {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: { dim } } } };
}

export function toAttribute(name: string, value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { name, type: TYPE.int, i: value };
  if (typeof value === 'string') return { name, type: TYPE.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: TYPE.float, f: value.float };
  return { name, type: TYPE.ints, ints: [...value] };
}
