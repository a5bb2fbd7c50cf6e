#!/bin/bash
# Looks for known weaknesses in the libraries that the lock files name (make audit). It needs the internet, and fails
# where it cannot ask about one of them: not to know is not to be safe.
set -euo pipefail
cd "$(dirname "$0")/.."

version=2.10.1
folder=.cache/pip-audit-$version

if [[ ! -x $folder/bin/pip-audit ]]; then
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "pip-audit==$version"
fi
code=0
for file in requirements.txt requirements-dev.txt; do
  echo "microblog: looking for known weaknesses in what $file lists"
  "$folder/bin/pip-audit" --strict --require-hashes --disable-pip --progress-spinner off -r "$file" || code=1
done
exit $code
