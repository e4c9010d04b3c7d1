#!/bin/sh
# Builds tfjs-node against TensorFlow into ./.native, by the script that developers use (npm run build:tfjs-node).
#   sh functions/docker/steps/tensorflow.sh cpu    the wheel tensorflow-cpu
#   sh functions/docker/steps/tensorflow.sh gpu    the wheel tensorflow, which runs on CUDA 12.2 and cuDNN 8.9
# Needs g++, python3 with pip, and Node. XDG_CACHE_HOME says where the libraries lie; the addon links to them.
set -eu
if [ "$1" = cpu ]; then
  node scripts/build-tfjs-node.mjs
  exit
fi
# Not tfjs-node-gpu's own libtensorflow 2.9: it wants CUDA 11.2 and cuDNN 8.1, whose images are withdrawn, knows no
# Ada cards (g6), and is another version than the one that trains, and is tested, on CPUs.
version=$(sed -n "s/^const TENSORFLOW_VERSION = '\(.*\)';/\1/p" scripts/build-tfjs-node.mjs)
wheels=$(mktemp -d)
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
  --python-version 3.11 --dest "$wheels" "tensorflow==$version"
node scripts/build-tfjs-node.mjs --wheel "$wheels"/tensorflow-*.whl
rm -rf "$wheels"
# The packages differ in name only; training/backends takes this one for the GPU.
mv .native/node_modules/@tensorflow/tfjs-node .native/node_modules/@tensorflow/tfjs-node-gpu
