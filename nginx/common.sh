#!/bin/sh
# What the scripts around certificates share; they read it in, it does nothing by itself.
#
# On the volume each kind of certificate has a link that leads to the folder of the newest one, with fullchain.pem and
# key.pem: live (by our own authority) and public (by one that browsers know). `served` leads to the one that Nginx reads.
umask 077

tls=${TLS_DIR:-/tls}

say() { printf 'microblog: %s\n' "$*" >&2; }

# A Raspberry Pi without network may think it is 1970; no certificate is older than this file.
now() {
  clock=$(date +%s)
  built=$(stat -c %Y "$0")
  if [ "$clock" -gt "$built" ]; then echo "$clock"; else echo "$built"; fi
}

is_ipv4() { printf '%s\n' "$1" | grep -Eq '^([0-9]{1,3}\.){3}[0-9]{1,3}$'; }
is_ipv6() { printf '%s\n' "$1" | grep -Eq '^[0-9a-f.]*:[0-9a-f:.]*$'; }
is_address() { is_ipv4 "$1" || is_ipv6 "$1"; }

alternative_name() { if is_address "$1"; then echo "IP:$1"; else echo "DNS:$1"; fi; } # NAME

# Letters, digits and a few marks, because names go into OpenSSL's configuration; then OpenSSL's own opinion.
is_valid() { # NAME
  printf '%s\n' "$1" | grep -Eq '^[a-z0-9:][a-z0-9_.:-]*$' || return 1
  if ! is_address "$1"; then
    case $1 in *:*) return 1 ;; esac
  fi
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -out /dev/null \
    -subj /CN=check -addext "subjectAltName=$(alternative_name "$1")" 2>/dev/null
}

one_a_line() { printf '%s\n' "$1" | tr -s ',[:space:]' '\n' | sed '/^$/d'; } # LIST

# Names inside homes and offices, which no public authority signs.
local_names() { printf '%s\n' local localhost lan home internal home.arpa fritz.box raspberrypi microblog; }

key_matches() { # FOLDER
  [ "$(openssl pkey -in "$1/key.pem" -pubout 2>/dev/null)" = "$(openssl x509 -in "$1/fullchain.pem" -noout -pubkey 2>/dev/null)" ]
}

# From now on KIND means this finished folder. One rename, so that a power cut leaves either the old or the new one.
put_in_place() { # FOLDER KIND FOLDERS_NAME
  folder_name=$3.${1##*.}
  sync "$1"/*
  mv -T "$1" "$tls/$folder_name"
  point "$2" "$folder_name"
}

point() { # LINK TARGET
  ln -sfn "$2" "$tls/.$1"
  mv -T "$tls/.$1" "$tls/$1"
  sync "$tls"
}

remove_older() { # KIND FOLDERS_NAME
  current=$(readlink "$tls/$1" || true)
  for folder in "$tls/$2".*; do
    [ "${folder##*/}" = "$current" ] || rm -rf "$folder"
  done
}

domains() { one_a_line "${MICROBLOG_DOMAIN:-}" | tr '[:upper:]' '[:lower:]'; }

tls_mode() {
  if [ -n "${MICROBLOG_TLS:-}" ]; then
    echo "$MICROBLOG_TLS"
  elif [ -n "$(domains)" ]; then
    echo acme
  else
    echo local
  fi
}

# Whether browsers would accept it for these names (all of MICROBLOG_DOMAIN's) at this moment, whoever signed it.
is_usable() { # FOLDER
  [ -s "$1/fullchain.pem" ] && key_matches "$1" && openssl x509 -in "$1/fullchain.pem" -noout -checkend 0 >/dev/null &&
    domains | { while read -r name; do is_for "$1/fullchain.pem" "$name" || exit 1; done; }
}

is_for() { # CERTIFICATE NAME
  openssl x509 -in "$1" -noout -checkhost "$2" | grep -q 'does match'
}

# The best there is.
choose_certificate() {
  best=live
  if [ "$(tls_mode)" = acme ] && is_usable "$tls/public"; then best=public; fi
  [ "$(readlink "$tls/served")" = $best ] || point served $best
}
