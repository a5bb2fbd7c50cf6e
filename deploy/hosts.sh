#!/bin/bash
# Proposes MICROBLOG_HOSTS: the names and addresses by which devices at home reach this machine, without those of Docker's
# own networks. Shows the line for .env; with --write it puts it there, beside the names that it has already.
set -euo pipefail

folder=$(cd "$(dirname "$0")/.." && pwd)
setting=MICROBLOG_HOSTS
# networks between containers and virtual machines, which no device at home reaches
inner='^(docker|br-[0-9a-f]{12}$|veth|virbr|podman|cni|lxc|lxd|incus|flannel|cali)'

new=
trap 'rm -f "$new"' EXIT

say() { printf 'microblog: %s\n' "$*" >&2; }

refuse() {
  say "$*"
  exit 64
}

# Devices find a name that ends in .local without a name server.
names() {
  local name
  name=$(uname -n | tr '[:upper:]' '[:lower:]')
  [[ $name =~ ^[a-z0-9-]+(\.[a-z0-9-]+)*$ && ${name%%.*} != localhost ]] || return 0
  echo "${name%%.*}.local"
  echo "${name%%.*}"
  if [[ $name == *.* ]]; then echo "$name"; fi
}

# Addresses that come and go for privacy's sake are of no use in a certificate.
addresses() {
  command -v ip >/dev/null || refuse 'needs the command ip: sudo apt install iproute2'
  ip -o addr show scope global up |
    awk -v inner="$inner" '$2 !~ inner && !/ (temporary|deprecated|tentative|dadfailed)( |\\)/ { sub("/.*", "", $4); print $3, $4 }' |
    sort -s -k 1,1 | cut -d ' ' -f 2
}

one_line() { awk 'NF && !seen[$0]++' | paste -sd ' '; }

# What the file says now; nothing where it says nothing.
written() { # FILE
  local value
  value=$(LC_ALL=C awk -v wanted="$setting" -f "$folder/deploy/dotenv.awk" "$1") || refuse "nothing was changed; the line above says why"
  ! grep -Eq "^[[:space:]]*(export[[:space:]]+)?${setting}[[:space:]]*=.*[$]" "$1" || refuse "nothing was changed: $1 has a \$ in $setting"
  [[ $value =~ ^[A-Za-z0-9._:,[:space:]-]*$ ]] || refuse "nothing was changed: $1 has something else than names in $setting: $value"
  tr -s ',[:space:]' '\n' <<<"$value" | sed '/^$/d'
}

# The line in the place of those that there are, else below the example of it, else at the end.
with_line() { # FILE LINE
  LC_ALL=C awk -v line="$2" -v ours="^(\357\273\277)?[[:space:]]*(export[[:space:]]+)?${setting}[[:space:]]*=" -v example="^#[[:space:]]*$setting=" '
    { lines[NR] = $0 }
    $0 ~ ours && !place { place = NR }
    $0 ~ example && !below { below = NR }
    END {
      for (number = 1; number <= NR; number++) {
        if (lines[number] !~ ours) print lines[number]
        if (number == place || (!place && number == below)) print line
      }
      if (!place && !below) print line
    }' "$1"
}

# A new file takes the place of the old one at once, with its owner and its mode.
replace() { # FILE LINE
  new=$(mktemp "$1.XXXXXX")
  with_line "$1" "$2" >"$new"
  # such a line may also be part of a longer value
  [[ $(written "$new" | one_line) == $(sed -e 's/^[^"]*"//' -e 's/"$//' <<<"$2") ]] ||
    refuse "nothing was changed: $1 has $setting where it is no setting; put this into it yourself: $2"
  chmod --reference="$1" "$new"
  if [[ $EUID == 0 ]]; then chown --reference="$1" "$new"; fi
  mv -f "$new" "$1"
}

write() { # PROPOSED NAMES...
  local file kept line
  file=$(readlink -m "$folder/.env")
  if [[ ! -e $file ]]; then
    (umask 077 && : >"$file")
    if [[ $EUID == 0 ]]; then chown --reference="$folder" "$file"; fi
  fi
  kept=$(written "$file")
  line="$setting=\"$(printf '%s\n' "$kept" "$@" | one_line)\""
  if grep -Fqx -- "$line" "$file"; then
    say "$file has all of them"
  else
    replace "$file" "$line"
    say "$file now has: $line"
    say 'next: docker compose up -d'
  fi
}

case $* in
  '' | --write) ;;
  *) refuse 'shows the names and addresses of this machine as a line for .env; --write puts it there' ;;
esac
proposed=$({ names && addresses; } | one_line)
[[ -n $proposed ]] || refuse 'this machine has neither a name nor an address in a network'
if [[ ${1:-} == --write ]]; then
  # shellcheck disable=SC2086  # a word for each
  write $proposed
else
  echo "$setting=\"$proposed\""
fi
