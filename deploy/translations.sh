#!/bin/bash
# Makes of the catalogues (.po) what the program reads (.mo), where that is missing or older.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob

for catalogue in app/translations/*/LC_MESSAGES/messages.po; do
  compiled=${catalogue%.po}.mo
  [[ $compiled -nt $catalogue ]] || .venv/bin/pybabel --quiet compile -i "$catalogue" -o "$compiled"
done
