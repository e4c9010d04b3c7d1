"""Our ONNX file by Python's onnxruntime, images by Pillow: what one would write without this project.

    python onnx_pillow.py LIST MODEL.onnx CARD.json --batch 8 --threads 2 [--decoders 2] [--part 0 --of 1]

Speaks as bench/peers/protocol.ts describes it. The crop is that of the card: a square of `margin` times the longer side
of the box, black outside the image, bilinear. JPEGs are decoded at a smaller scale where the face is large, as Pillow
offers it. With `--decoders`, threads decode the next batches while the network computes (Pillow lets go of the
interpreter meanwhile); without it, one after the other. Several processes share the images: this one takes every `--of`th from `--part` on.
"""
import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime as ort
import PIL
from PIL import Image


def read_list(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            left, top, width, height, name = line.rstrip("\n").split("\t")
            yield (float(left), float(top), float(width), float(height)), name


def crop_of(item, spec):
    """uint8 [H, W, 3], and what takes crop units to pixels of the image: (left, top, side)."""
    (left, top, width, height), path = item
    side = max(width, height) * spec["margin"]
    x0, y0 = left + width / 2 - side / 2, top + height / 2 - side / 2
    size = (spec["width"], spec["height"])
    with Image.open(path) as image:
        full = image.size
        shrink = max(1, int(side / (2 * max(size))))
        image.draft("RGB", (full[0] // shrink, full[1] // shrink))
        pixels = image.convert("RGB")
    scale = pixels.size[0] / full[0]
    box = tuple(round(value * scale) for value in (x0, y0, x0 + side, y0 + side))
    crop = pixels.crop(box).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(crop), (box[0] / scale, box[1] / scale, (box[2] - box[0]) / scale)


def batches(items, size):
    return [items[at : at + size] for at in range(0, len(items), size)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("list")
    parser.add_argument("model")
    parser.add_argument("card")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--decoders", type=int, default=0)
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--of", type=int, default=1)
    args = parser.parse_args()
    items = list(read_list(args.list))[args.part :: args.of]
    with open(args.card, encoding="utf-8") as card:
        spec = json.load(card)["input"]
    options = ort.SessionOptions()
    options.intra_op_num_threads = args.threads
    session = ort.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])
    pool = ThreadPoolExecutor(args.decoders) if args.decoders else None
    points = []

    def predict(crops):
        pixels = np.stack([pixels for pixels, _ in crops])
        (units,) = session.run(["keypoints"], {"image": pixels})
        for one, (_, (x0, y0, side)) in zip(units, crops):
            points.append(one * side + (x0, y0))

    def everything():
        points.clear()
        if pool is None:
            for batch in batches(items, args.batch):
                predict([crop_of(item, spec) for item in batch])
            return
        # So many in flight as our own predictor holds: two batches and eight.
        pending, ahead = [], iter(items)
        crops = []
        for item in ahead:
            pending.append(pool.submit(crop_of, item, spec))
            if len(pending) >= 2 * args.batch + 8:
                crops.append(pending.pop(0).result())
            if len(crops) == args.batch:
                predict(crops)
                crops = []
        for one in pending:
            crops.append(one.result())
            if len(crops) == args.batch:
                predict(crops)
                crops = []
        if crops:
            predict(crops)

    predict([crop_of(items[0], spec)])
    versions = {
        "python": sys.version.split()[0],
        "onnxruntime": ort.__version__,
        "pillow": PIL.__version__,
        "numpy": np.__version__,
    }
    print(json.dumps({"ready": True, "versions": versions}), flush=True)
    for line in sys.stdin:
        command = line.strip()
        if command == "round":
            start = time.perf_counter()
            everything()
            print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
        elif command == "points":
            print(json.dumps({"points": [one.tolist() for one in points]}), flush=True)


main()
