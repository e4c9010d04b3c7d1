/**
 * The gradients of the operations that our networks and losses are made of. tfjs-core's Node build carries none (they
 * come with the whole of `@tensorflow/tfjs`), so what training differentiates through is this list and the three
 * kernels beside it; an operation without a gradient throws.
 */
import type { GradFunc, NamedAttrMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../types.ts';

type Attributes = Record<string, unknown>;
/** `dy` for operations of one output; `saved` as asked for. */
type Gradient = (dy: Tensor, saved: Tensor[], attributes: Attributes) => Record<string, () => Tensor>;

interface Saved {
  readonly inputs?: string[];
  readonly output?: boolean;
}

export function registerGradients(tf: Tf): void {
  const register = (kernelName: string, { inputs = [], output = false }: Saved, gradient: Gradient) => {
    const gradFunc: GradFunc = (dy, saved, attrs: NamedAttrMap) => gradient(dy as Tensor, saved, attrs as Attributes);
    tf.registerGradient({ kernelName, inputsToSave: inputs, outputsToSave: [output], gradFunc });
  };
  registerArithmetic(tf, register);
  registerElementwise(tf, register);
  registerReductions(tf, register);
  registerShapes(tf, register);
  registerLayers(tf, register);
}

type Register = (kernelName: string, saved: Saved, gradient: Gradient) => void;

/** Sums `dy` over what broadcasting repeated. */
function reduceTo(tf: Tf, dy: Tensor, shape: number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

function registerArithmetic(tf: Tf, register: Register): void {
  const both = { inputs: ['a', 'b'] };
  register('Add', both, (dy, [a, b]) => ({
    a: () => reduceTo(tf, dy, a!.shape),
    b: () => reduceTo(tf, dy, b!.shape),
  }));
  register('Sub', both, (dy, [a, b]) => ({
    a: () => reduceTo(tf, dy, a!.shape),
    b: () => tf.neg(reduceTo(tf, dy, b!.shape)),
  }));
  register('Multiply', both, (dy, [a, b]) => ({
    a: () => reduceTo(tf, tf.mul(dy, b!), a!.shape),
    b: () => reduceTo(tf, tf.mul(dy, a!), b!.shape),
  }));
  register('RealDiv', both, (dy, [a, b]) => ({
    a: () => reduceTo(tf, tf.div(dy, b!), a!.shape),
    b: () => tf.neg(reduceTo(tf, tf.div(tf.mul(dy, a!), tf.square(b!)), b!.shape)),
  }));
  const where = (dy: Tensor, condition: Tensor) => tf.mul(dy, tf.cast(condition, 'float32'));
  register('Minimum', both, (dy, [a, b]) => ({
    a: () => reduceTo(tf, where(dy, tf.lessEqual(a!, b!)), a!.shape),
    b: () => reduceTo(tf, where(dy, tf.greater(a!, b!)), b!.shape),
  }));
  register('Maximum', both, (dy, [a, b]) => ({
    a: () => reduceTo(tf, where(dy, tf.greaterEqual(a!, b!)), a!.shape),
    b: () => reduceTo(tf, where(dy, tf.less(a!, b!)), b!.shape),
  }));
}

function registerElementwise(tf: Tf, register: Register): void {
  const x = { inputs: ['x'] };
  register('Square', x, (dy, [x]) => ({ x: () => tf.mul(dy, tf.mul(x!, 2)) }));
  register('Abs', x, (dy, [x]) => ({ x: () => tf.mul(dy, tf.sign(x!)) }));
  register('Neg', {}, (dy) => ({ x: () => tf.neg(dy) }));
  register('Log1p', x, (dy, [x]) => ({ x: () => tf.div(dy, tf.add(x!, 1)) }));
  register('Identity', {}, (dy) => ({ x: () => tf.clone(dy) }));
  register('Softmax', { output: true }, (dy, [y]) => ({
    logits: () => {
      const weighted = tf.mul(dy, y!);
      return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y!));
    },
  }));
}

function registerReductions(tf: Tf, register: Register): void {
  const spread = (dy: Tensor, x: Tensor, axis: unknown) => {
    const axes = tf.util.parseAxisParam(axis as number[], x.shape);
    const kept = x.shape.map((side, i) => (axes.includes(i) ? 1 : side));
    return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape));
  };
  register('Sum', { inputs: ['x'] }, (dy, [x], { axis }) => ({ x: () => spread(dy, x!, axis) }));
  register('Mean', { inputs: ['x'] }, (dy, [x], { axis }) => ({
    x: () => tf.mul(spread(dy, x!, axis), dy.size / x!.size),
  }));
}

function registerShapes(tf: Tf, register: Register): void {
  register('Reshape', { inputs: ['x'] }, (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }));
  register('ExpandDims', { inputs: ['input'] }, (dy, [x]) => ({ input: () => tf.reshape(dy, x!.shape) }));
  register('Transpose', {}, (dy, _, { perm }) => {
    const order = perm as number[];
    return {
      x: () =>
        tf.transpose(
          dy,
          order.map((_, i) => order.indexOf(i)),
        ),
    };
  });
  register('PadV2', { inputs: ['x'] }, (dy, [x], { paddings }) => ({
    x: () =>
      tf.slice(
        dy,
        (paddings as number[][]).map(([before]) => before!),
        x!.shape,
      ),
  }));
  tf.registerGradient({
    kernelName: 'Concat',
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const axis = tf.util.parseAxisParam((attrs as Attributes).axis as number, saved[0]!.shape)[0]!;
      const parts = tf.split(
        dy as Tensor,
        saved.map(({ shape }) => shape[axis]!),
        axis,
      );
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  });
}

function registerLayers(tf: Tf, register: Register): void {
  const run = (kernel: string, inputs: Record<string, Tensor>, attributes: Attributes) =>
    tf.engine().runKernel(kernel, inputs, attributes as NamedAttrMap) as Tensor;
  register('Conv2D', { inputs: ['x', 'filter'] }, (dy, [x, filter], { strides, pad, dataFormat, dimRoundingMode }) => {
    const attributes = { strides, pad, dataFormat, dimRoundingMode };
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter: filter! }, { ...attributes, inputShape: x!.shape }),
      filter: () => run('Conv2DBackpropFilter', { x: x!, dy }, { ...attributes, filterShape: filter!.shape }),
    };
  });
  register('MaxPool', { inputs: ['x'], output: true }, (dy, [input, output], attributes) => ({
    x: () => run('MaxPoolGrad', { dy, input: input!, output: output! }, attributes),
  }));
  register('BatchMatMul', { inputs: ['a', 'b'] }, (dy, [a, b], { transposeA, transposeB }) => {
    if (transposeA || transposeB) throw new RangeError('Expected a product without transposes in a network');
    return { a: () => tf.matMul(dy, b!, false, true), b: () => tf.matMul(a!, dy, true, false) };
  });
  register('ResizeNearestNeighbor', { inputs: ['images'] }, (dy, [images], { alignCorners, halfPixelCenters }) => ({
    images: () =>
      run('ResizeNearestNeighborGrad', { images: images as Tensor4D, dy }, { alignCorners, halfPixelCenters }),
  }));
}
