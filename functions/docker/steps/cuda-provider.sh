#!/bin/sh
# Fetches the CUDA provider of onnxruntime-node beside its CPU provider (from NuGet, as the package's own script does).
# It is for CUDA 12 and cuDNN 9. Runs after packages.sh, where NuGet can be reached.
set -eu
ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js
for library in providers_cuda providers_shared; do
  test -s "node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_$library.so"
done
# TensorRT is not used; its provider alone is in the way.
rm -f node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_tensorrt.so
