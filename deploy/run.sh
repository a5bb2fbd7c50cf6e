#!/bin/bash
# Runs the appliance without Docker (`make run`): the environment first, then the same boot sequence as in the container.
set -euo pipefail
cd "$(dirname "$0")/.."

# supervisord opens /dev/fd/1 and /dev/fd/2 by name for its programs. A plain file must then be appended to, or the
# writers overwrite each other; a socket (systemd) or another user's terminal refuses, so a pipe through cat stands in.
prepare_output() {
  if { : >>/dev/stdout && : >>/dev/stderr; } 2>/dev/null; then
    exec >>/dev/stdout 2>>/dev/stderr
  else
    exec > >(trap '' INT TERM; exec cat) 2>&1
  fi
}

deploy/venv.sh requirements.txt
deploy/translations.sh
prepare_output
# One pool of memory per process instead of one per thread: 7 MiB less, and Python's threads take turns anyway.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1}
exec .venv/bin/python -m app.boot
