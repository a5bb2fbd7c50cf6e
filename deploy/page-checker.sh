#!/bin/bash
# Fetches axe-core, with which the tests look for accessibility faults, where npm is there; they skip that check otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.14.1
folder=.cache/npm

command -v npm >/dev/null || exit 0
[[ -e $folder/axe-core-$version ]] && exit 0
mkdir -p "$folder"
if npm install --prefix "$folder" --no-save --no-audit --no-fund --silent "axe-core@$version" >/dev/null 2>&1; then
  touch "$folder/axe-core-$version"
else
  echo "microblog: npm could not fetch axe-core $version; tests that need it are skipped" >&2
fi
