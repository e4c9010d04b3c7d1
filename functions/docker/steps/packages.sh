#!/bin/sh
# Installs what package-lock.json says, without development tools, into ./node_modules.
# Runs anywhere with Node and npm: sh functions/docker/steps/packages.sh
set -eu
# No install scripts: sharp and onnxruntime-node bring their binaries along, and nothing else needs one.
# Not `npm ci`, which refuses a lock file that leaves out optional packages of other platforms, as a registry without
# them makes it; with --no-save this installs the versions of the lock file just the same.
npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
# onnxruntime-node brings the binaries of every platform (some 250 MB); this image is one.
for other in darwin win32 linux/arm64; do
  rm -rf "node_modules/onnxruntime-node/bin/napi-v6/$other"
done
node -e "require('sharp'); require('onnxruntime-node')"
