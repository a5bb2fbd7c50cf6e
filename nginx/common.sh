#!/bin/sh
# What the scripts around certificates share; they read it in, it does nothing by itself.
#
# On the volume each kind of certificate has a link that leads to the folder of the newest one, with fullchain.pem and
# key.pem: live (by our own authority), public (by one that browsers know) and own (that the operator brought). `served`
# leads to the one that Nginx reads.
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

# ":8443", as it follows a name; nothing for the usual one. The setting may name an address too, as in 127.0.0.1:8443.
port_after_name() { # SETTING USUAL
  port=${1:-$2}
  port=${port##*:}
  if [ "$port" != "$2" ]; then echo ":$port"; fi
}

key_matches() { # FOLDER
  [ "$(openssl pkey -in "$1/key.pem" -passin pass: -pubout 2>/dev/null)" = "$(openssl x509 -in "$1/fullchain.pem" -noout -pubkey 2>/dev/null)" ]
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

# The proxies before us that are believed, addresses and networks.
proxies() { one_a_line "${MICROBLOG_TRUSTED_PROXIES:-}" | tr '[:upper:]' '[:lower:]'; }

tls_mode() {
  if [ -n "${MICROBLOG_TLS:-}" ]; then
    echo "$MICROBLOG_TLS"
  elif [ -n "$(domains)" ]; then
    echo acme
  else
    echo local
  fi
}

# What the settings call this machine: names and addresses, and the one in the address that the log names.
hosts() {
  public=${MICROBLOG_PUBLIC_URL:-}
  public=$(printf '%s\n' "${public#*://}" | sed -E -e 's|/.*||' -e 's/^(\[.*\]|[^:]*):[0-9]+$/\1/' -e 's/[][]//g')
  one_a_line "${MICROBLOG_HOSTS:-} ${MICROBLOG_DOMAIN:-} $public" | tr '[:upper:]' '[:lower:]' |
    grep -E '^[a-z0-9:][a-z0-9_.:-]*$' | sort -u
}

# Whether it is whole and good at this moment, whoever signed it.
is_good() { # FOLDER
  [ -s "$1/fullchain.pem" ] && key_matches "$1" && openssl x509 -in "$1/fullchain.pem" -noout -checkend 0 >/dev/null
}

# Whether browsers would accept it for all of MICROBLOG_DOMAIN's names.
is_usable() { # FOLDER
  is_good "$1" && domains | { while read -r name; do is_for "$1/fullchain.pem" "$name" || exit 1; done; }
}

is_for() { # CERTIFICATE NAME
  if is_address "$2"; then kind=-checkip; else kind=-checkhost; fi
  openssl x509 -in "$1" -noout "$kind" "$2" 2>/dev/null | grep -q 'does match'
}

# Whether it is for this machine at all: for one name of several, or for whatever it says where the settings name none.
is_for_some_name() { # CERTIFICATE
  names=$(hosts)
  [ -n "$names" ] || return 0
  for name in $names; do
    if is_for "$1" "$name"; then return 0; fi
  done
  return 1
}

# Of our own authority, as browsers show it.
fingerprint() { openssl x509 -in "$tls/ca/ca.crt" -noout -fingerprint -sha256 | sed 's/.*=//'; }

good_until() { openssl x509 -in "$1" -noout -enddate | sed 's/.*=//'; } # CERTIFICATE

is_publicly_trusted() { # CERTIFICATE, with those between it and the authority
  authorities=${PUBLIC_AUTHORITIES:-/etc/ssl/certs/ca-certificates.crt}
  [ -s "$authorities" ] && openssl verify -CAfile "$authorities" -untrusted "$1" "$1" >/dev/null 2>&1
}

# The best there is.
choose_certificate() {
  best=live
  case $(tls_mode) in
    acme) if is_usable "$tls/public"; then best=public; fi ;;
    own) if is_good "$tls/own" && is_for_some_name "$tls/own/fullchain.pem"; then best=own; fi ;;
  esac
  [ "$(readlink "$tls/served")" = $best ] || point served $best
}
