#!/bin/bash
# Makes a password, unless there is one, on a volume that only the containers see that need it: deploy/mysql.yaml and the
# other files beside it. Each NAME:UID gets a file NAME there that this user alone can read.
set -euo pipefail
umask 077
cd "$1"

if [[ ! -s made ]]; then
  # letters and digits alone, so that no server, address or shell has to quote it
  head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >.draft
  sync .draft
  mv .draft made
  echo "microblog: made a password for $2"
fi
for reader in "${@:3}"; do
  install -m 0400 made ".${reader%:*}"
  chown "${reader#*:}" ".${reader%:*}"
  mv ".${reader%:*}" "${reader%:*}"
done
sync -f .
