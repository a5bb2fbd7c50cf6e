#!/bin/bash
# Brings .venv up to date with a requirements file: deploy/venv.sh requirements.txt. Does nothing when it already is.
# PYTHON names the interpreter to use; without it the first python3 from 3.11 on is taken.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'microblog: %s\n' "$*" >&2; }
refuse() {
  say "$*"
  exit 69
}

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null && recent "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  refuse "needs Python 3.11 or newer. On Debian 12 or later: sudo apt install python3 python3-venv"
}

# Debian packs these two modules separately, so that a Python without them is common.
require_venv_modules() { # PYTHON
  "$1" -c 'import ensurepip, venv' 2>/dev/null && return
  local package=python3-venv
  [[ $(basename "$1") == python3 ]] || package=$(basename "$1")-venv
  refuse "Python's venv module is missing. Install it with: sudo apt install $package"
}

# What an environment was made for; written last, so that an interrupted one does not have it and is made again.
description() { printf '%s at %s\n' "$("$1" -c 'import sys; print(sys.version, sys.base_prefix)')" "$PWD"; } # PYTHON

usable() { [[ -e .venv/complete && $(description .venv/bin/python 2>/dev/null) == "$(<.venv/complete)" ]]; }

make_environment() {
  local python
  python=$(find_python)
  require_venv_modules "$python"
  say "making .venv with $("$python" --version); this takes a minute or two, once"
  rm -rf .venv
  "$python" -m venv .venv
  description .venv/bin/python >.venv/complete
}

stamp() { sha256sum "$1" >".venv/$1.installed"; }                                              # REQUIREMENTS
installed() { [[ -e .venv/$1.installed ]] && sha256sum --status -c ".venv/$1.installed"; }     # REQUIREMENTS

install() { # REQUIREMENTS
  say "installing what $1 lists"
  rm -f ".venv/$1.installed"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$1"
  stamp "$1"
}

usable || make_environment
installed "$1" || install "$1"
