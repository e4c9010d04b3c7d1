#!/bin/sh
# Checks the synthesized templates against CloudFormation's schemas, offline: sh scripts/cfn-lint.sh [FOLDER]
# FOLDER is what `npx cdk synth` wrote, cdk.out by default. What is overlooked, and why, is in .cfnlintrc.
# Where cfn-lint is missing it is installed into .venv of this repository, which needs python3 with venv.
set -eu
version=1.51.0
cd "$(dirname "$0")/.."
lint=cfn-lint
if ! command -v cfn-lint >/dev/null 2>&1; then
  lint=.venv/bin/cfn-lint
  if [ ! -x "$lint" ]; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check "cfn-lint==$version"
  fi
fi
folder=${1:-cdk.out}
ls "$folder"/*.template.json >/dev/null 2>&1 || {
  echo "cfn-lint: expected templates in $folder, found none; run npx cdk synth first" >&2
  exit 2
}
exec "$lint" --format parseable "$folder"/*.template.json
