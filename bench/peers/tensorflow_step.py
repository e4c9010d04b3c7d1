#!/usr/bin/env python3
"""Training steps of a network of ours in TensorFlow's own Python, to hold our native backend against.

    python3 -m venv .venv && .venv/bin/pip install tensorflow-cpu==2.15.1
    .venv/bin/python bench/peers/tensorflow_step.py FOLDER

FOLDER is what bench/trainStep/networks.ts writes: case.json holds our graph as a value, so that the network is the same
node by node, and the first parameters, so that the first loss must be the same too. Written as TensorFlow is fastest:
one tf.function (graph mode, oneDNN), fused batch norm, the fused Adam. For each line of standard input, a number of
steps, it prints a line of JSON: the loss of the first of them and the milliseconds of each.
"""
import json
import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import numpy as np
import tensorflow as tf

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
STATISTICS_MOMENTUM = 0.1


def read(folder):
    with open(os.path.join(folder, "case.json")) as file:
        case = json.load(file)
    load = lambda name: np.fromfile(os.path.join(folder, name), np.float32)
    values, at, flat = {}, 0, load("params.bin")
    for param in case["params"]:
        size = int(np.prod(param["shape"]))
        values[param["name"]] = flat[at : at + size].reshape(param["shape"])
        at += size
    size, n = case["graph"]["input"], case["batch"]
    images = load("images.bin").reshape(n, size["height"], size["width"], 3)
    targets = load("targets.bin").reshape(n, case["graph"]["points"], 2)
    return case, values, images, targets


def padded(x, pad, value=0.0):
    """TensorFlow's own name of the padding, and the tensor padded by hand where it has none."""
    if isinstance(pad, str):
        return x, pad.upper()
    sides = [[0, 0], [pad["top"], pad["bottom"]], [pad["left"], pad["right"]], [0, 0]]
    return tf.pad(x, sides, constant_values=value), "VALID"


class Network:
    def __init__(self, case, values):
        self.graph = case["graph"]
        still = {p["name"] for p in case["params"] if p["frozen"]}
        statistic = {p["name"] for p in case["params"] if p["role"].startswith("running")}
        self.variables = {name: tf.Variable(v, trainable=name not in still | statistic) for name, v in values.items()}
        self.trained = [v for v in self.variables.values() if v.trainable]
        self.still = still

    def normalise(self, node, image):
        if node["grey"]:
            image = tf.reduce_sum(image * [0.299, 0.587, 0.114], -1, keepdims=True)
        deviation = np.array(node["deviation"], np.float32)
        return image * (1 / (255 * deviation)) - np.array(node["mean"], np.float32) / deviation

    def batch_norm(self, node, x):
        read = lambda key: self.variables[node[key]]
        if node["gamma"] in self.still:
            scale = read("gamma") * tf.math.rsqrt(read("variance") + node["epsilon"])
            return x * scale + (read("beta") - read("mean") * scale)
        y, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, read("gamma"), read("beta"), epsilon=node["epsilon"])
        for key, batch in (("mean", mean), ("variance", variance)):
            read(key).assign_add(STATISTICS_MOMENTUM * (tf.stop_gradient(batch) - read(key)))
        return y

    def __call__(self, image):
        """Keypoints [N,K,2] in crop units, and the maps [N*K, H*W] with their sides where there are any."""
        at, maps, sides, v = {"image": image}, None, None, self.variables
        for node in self.graph["nodes"]:
            op, x = node["op"], at.get(node.get("input"))
            if op == "normalise":
                y = self.normalise(node, x)
            elif op == "conv":
                x, pad = padded(x, node["pad"])
                y = tf.nn.conv2d(x, v[node["weight"]], node["stride"], pad)
                y = y if node["bias"] is None else tf.nn.bias_add(y, v[node["bias"]])
            elif op == "batchNorm":
                y = self.batch_norm(node, x)
            elif op == "relu":
                y = tf.nn.relu(x)
            elif op == "maxPool":
                x, pad = padded(x, node["pad"], -3.4e38)
                y = tf.nn.max_pool2d(x, node["size"], node["stride"], pad)
            elif op == "add":
                y = at[node["inputs"][0]] + at[node["inputs"][1]]
            elif op == "upsampleNearest2x":
                y = tf.image.resize(x, [2 * x.shape[1], 2 * x.shape[2]], "nearest")
            elif op == "globalAvgPool":
                y = tf.reduce_mean(x, [1, 2])
            elif op == "flatten":
                y = tf.reshape(x, [x.shape[0], -1])
            elif op == "dense":
                y = tf.nn.bias_add(x @ v[node["weight"]], v[node["bias"]])
            elif op == "points":
                y = tf.reshape(x, [-1, node["points"], 2])
            elif op == "softArgmax":
                n, height, width, points = x.shape
                sides = (height, width)
                maps = tf.nn.softmax(tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [n * points, height * width]))
                rows, columns = np.divmod(np.arange(height * width), width)
                centres = np.stack([(columns + 0.5) / width, (rows + 0.5) / height], 1).astype(np.float32)
                y = tf.reshape(maps @ centres, [-1, points, 2])
            else:
                raise ValueError(f"Expected an operation of ours, got {op}")
            at[node["name"]] = y
        return at[self.graph["outputs"]["keypoints"]], maps, sides


def loss_of(spec, keypoints, maps, sides, target):
    error = keypoints - target
    if spec["name"] == "mse":
        return tf.reduce_mean(error * error)
    small = tf.minimum(tf.abs(error), spec["w"])
    loss = tf.reduce_mean(tf.math.log1p(small / spec["epsilon"]) * spec["w"] + tf.abs(error) - small)
    if not spec.get("heatmapWeight"):
        return loss
    truth = tf.reshape(target, [-1, 2])
    along = lambda axis, cells: tf.nn.softmax(
        tf.square(tf.range(cells, dtype=tf.float32) + 0.5 - truth[:, axis : axis + 1] * cells)
        * (-0.5 / spec["heatmapSigma"] ** 2)
    )
    gaussian = tf.reshape(along(1, sides[0])[:, :, None] * along(0, sides[1])[:, None, :], [-1, sides[0] * sides[1]])
    middle = (maps + gaussian) / 2
    log_ratio = lambda a: tf.math.log((a + 1e-12) / (middle + 1e-12))
    divergence = tf.reduce_sum(maps * log_ratio(maps) + gaussian * log_ratio(gaussian), 1) / 2
    return loss + spec["heatmapWeight"] * tf.reduce_mean(divergence)


def main(folder):
    case, values, images, targets = read(folder)
    network = Network(case, values)
    slots = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in network.trained]
    averages = [tf.Variable(v) for v in network.variables.values()] if case["ema"] else []
    power1, power2 = tf.Variable(BETA1), tf.Variable(BETA2)

    @tf.function
    def step(image, target):
        with tf.GradientTape() as tape:
            value = loss_of(case["loss"], *network(image), target)
        for variable, (m, v), gradient in zip(network.trained, slots, tape.gradient(value, network.trained)):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle, m=m.handle, v=v.handle, beta1_power=power1, beta2_power=power2,
                lr=case["learningRate"], beta1=BETA1, beta2=BETA2, epsilon=EPSILON, grad=gradient,
            )
        power1.assign(power1 * BETA1)
        power2.assign(power2 * BETA2)
        for average, variable in zip(averages, network.variables.values()):
            average.assign_sub((1 - case["ema"]) * (average - variable))
        return value

    for line in sys.stdin:
        times, losses = [], []
        for _ in range(int(line)):
            start = time.perf_counter()
            losses.append(float(step(tf.constant(images), tf.constant(targets))))
            times.append((time.perf_counter() - start) * 1000)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"loss": losses[0], "times": times, "peakMB": peak}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
