#!/usr/bin/env python3
"""Static int8 by Python's onnxruntime.quantization, to hold our own quantiser against.

    python3 -m venv .venv && .venv/bin/pip install onnx onnxruntime
    .venv/bin/python bench/peers/quantize_reference.py FLOAT.onnx CALIBRATION.bin REFERENCE.onnx [OURS.onnx]

FLOAT.onnx is an export of ours, batch norm folded. CALIBRATION.bin holds its crops, uint8 [n, H, W, 3] without a
header. The same nodes stay float as in ours: everything up to the first convolution wider than a pixel, the last
weighted layers, and what comes after them. Ranges are the plain minimum and maximum on both sides (our `percentile:
100`). With OURS.onnx it prints JSON: the largest relative difference of the activation scales that both have, how many
of the int8 weights are equal, and the mean difference of each int8 graph's keypoints from the float graph's.
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

WEIGHTED = ("Conv", "Gemm")


def left_float(graph):
    """Names of the nodes that our planner keeps in float."""
    weighted = [n for n in graph.node if n.op_type in WEIGHTED]
    area = lambda n: int(np.prod([a.ints for a in n.attribute if a.name == "kernel_shape"][0]))
    first = next(i for i, n in enumerate(weighted) if n.op_type == "Conv" and area(n) > 1)
    readers = {}
    for node in graph.node:
        for value in node.input:
            readers.setdefault(value, []).append(node)

    def leads_on(node):
        todo, seen = [node], set()
        while todo:
            for reader in (r for value in todo.pop().output for r in readers.get(value, [])):
                if reader.op_type in WEIGHTED:
                    return True
                if reader.name not in seen:
                    seen.add(reader.name)
                    todo.append(reader)
        return False

    order = {n.name: i for i, n in enumerate(graph.node)}
    second = order[weighted[first + 1].name]
    stem = [n.name for n in graph.node if order[n.name] < second and n.op_type != "Relu"]
    return sorted(set(stem) | {n.name for n in graph.node if not leads_on(n)})


class Crops(CalibrationDataReader):
    def __init__(self, path, height, width):
        crops = np.fromfile(path, np.uint8).reshape(-1, 1, height, width, 3)
        self.feeds = iter([{"image": crop} for crop in crops])

    def get_next(self):
        return next(self.feeds, None)


def scales_and_weights(path):
    model = onnx.load(path)
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    scales, weights = {}, {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            scales[node.input[0]] = float(constants[node.input[1]])
        if node.op_type == "DequantizeLinear" and constants.get(node.input[0], np.zeros(1)).dtype == np.int8:
            name = node.input[0].removesuffix("_quantized").removesuffix(".quantized")
            weights[name] = constants[node.input[0]]
    return scales, weights


def keypoints(path, crops):
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["keypoints"], {"image": crops})[0]


def main(float_path, calibration, reference, ours=None):
    model = onnx.load(float_path)
    height, width = (d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim[1:3])
    quantize_static(
        float_path,
        reference,
        Crops(calibration, height, width),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        nodes_to_exclude=left_float(model.graph),
    )
    if ours is None:
        return
    (theirs_s, theirs_w), (ours_s, ours_w) = scales_and_weights(reference), scales_and_weights(ours)
    both = [name for name in ours_s if name in theirs_s]
    names = [name for name in ours_w if name in theirs_w]
    crops = np.fromfile(calibration, np.uint8).reshape(-1, height, width, 3)[:16]
    exact = keypoints(float_path, crops)
    report = {
        "activations": {"ours": len(ours_s), "theirs": len(theirs_s), "both": len(both)},
        "largestRelativeScaleDifference": max(abs(ours_s[n] - theirs_s[n]) / theirs_s[n] for n in both),
        "weights": {"ours": len(ours_w), "theirs": len(theirs_w), "both": len(names)},
        "equalWeights": float(np.mean(np.concatenate([(ours_w[n] == theirs_w[n]).ravel() for n in names]))),
        "largestWeightDifference": int(max(np.abs(ours_w[n].astype(int) - theirs_w[n]).max() for n in names)),
        "meanDifferenceFromFloat": {
            "ours": float(np.abs(keypoints(ours, crops) - exact).mean()),
            "theirs": float(np.abs(keypoints(reference, crops) - exact).mean()),
        },
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
