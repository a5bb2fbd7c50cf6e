#!/bin/sh
# Takes over the operator's own certificate, MICROBLOG_TLS=own. Each call is one look at fullchain.pem and privkey.pem in
# the folder that MICROBLOG_TLS_FOLDER names. What can be used is copied and served; of what cannot it is said what to do
# about it, and the site goes on with what it has. Nothing happens while the files stay the same; once a day it looks anyway.
#
#   own -> own.XXXXXX    the copy, so that files that are just being replaced disturb nobody
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/common.sh"

tls=${TLS_DIR:-/tls}
offered=${OWN_DIR:-/own}
seen=${RUN_DIR:-/run}/own-seen
called=${MICROBLOG_TLS_FOLDER:-$offered}

signature() {
  date +%F
  stat -L -c '%n %i %s %y' "$offered/fullchain.pem" "$offered/privkey.pem" 2>/dev/null || true
}

complain() {
  say "$called: $*"
  return 1
}

are_readable() {
  for name in fullchain.pem privkey.pem; do
    file=$offered/$name
    if [ -r "$file" ]; then
      continue
    elif [ -L "$file" ] && [ ! -e "$file" ]; then
      complain "$name is a link that leads out of the folder, where this container sees nothing; copy the file itself here: cp -L"
    elif [ -e "$file" ]; then
      complain "$name cannot be read by user $(id -u) of this container; on the host: sudo chown $(id -u) $called/$name"
    else
      complain "there is no $name in this folder; put your certificate, with those between it and its authority, there as fullchain.pem and its key as privkey.pem"
    fi
    return 1
  done
}

begins() { date -d "$(openssl x509 -in "$1" -noout -startdate | sed 's/.*=//')" +%s; } # CERTIFICATE

# whose certificate and key they are, and when
check_files() { # FOLDER
  openssl x509 -in "$1/fullchain.pem" -noout 2>/dev/null ||
    complain 'fullchain.pem holds no certificate; it has to be a text that begins with -----BEGIN CERTIFICATE-----' || return 1
  openssl pkey -in "$1/key.pem" -passin pass: -noout 2>/dev/null ||
    complain 'privkey.pem holds no key, or one that asks for a passphrase; take it away: openssl pkey -in OLD -out privkey.pem' || return 1
  key_matches "$1" ||
    complain 'privkey.pem is not the key of the certificate that stands first in fullchain.pem; put those two there that were made together' || return 1
  [ "$(begins "$1/fullchain.pem")" -le "$(now)" ] ||
    complain "the certificate is good only from $(date -d "@$(begins "$1/fullchain.pem")" '+%F %R %Z') on; is this machine's clock right? It says $(date '+%F %R %Z')" || return 1
  is_good "$1" ||
    complain "the certificate ended on $(good_until "$1/fullchain.pem"); put the renewed one there, and its key" || return 1
  is_for_some_name "$1/fullchain.pem" ||
    complain "the certificate is for $(names_in "$1/fullchain.pem"), and not for any name in the settings ($(hosts | paste -sd' ')); put its name into MICROBLOG_DOMAIN, or the certificate of this machine here" || return 1
}

names_in() { # CERTIFICATE
  openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null | sed -n -E 's/(DNS|IP Address)://g; s/^ +//; 2p' | grep . || echo 'no name at all'
}

# Keys that are too short and the like: Nginx knows, and would not start with them.
nginx_can_use() { # FOLDER
  paths=$(for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $1/t;"; done)
  cat >"$1/nginx.conf" <<CONFIGURATION
pid $1/pid;
events {}
http {
  $paths
  access_log off;
  server { listen unix:$1/socket ssl; ssl_certificate $1/fullchain.pem; ssl_certificate_key $1/key.pem; }
}
CONFIGURATION
  if ! nginx -e stderr -c "$1/nginx.conf" -t -q 2>"$1/output"; then
    complain "Nginx cannot use it; its words follow" || sed 's/^/  /' "$1/output" >&2
    return 1
  fi
}

take_copy() { # FOLDER
  cat "$offered/fullchain.pem" >"$1/fullchain.pem"
  cat "$offered/privkey.pem" >"$1/key.pem"
}

# Served, and still something to say about it.
report() {
  certificate=$tls/own/fullchain.pem
  say "$called: this certificate is served; it is for $(names_in "$certificate"), good until $(good_until "$certificate")"
  for name in $(hosts); do
    is_for "$certificate" "$name" || say "$called: it is not for '$name', so browsers warn of it there"
  done
  is_publicly_trusted "$certificate" ||
    say "$called: its authority is none that browsers know, or certificates between the two are missing in fullchain.pem; so only devices that trust it show a lock, and browsers are not told to insist on https"
}

publish() { # FOLDER
  folder=$(mktemp -d "$tls/.own.XXXXXX")
  mv "$1/fullchain.pem" "$1/key.pem" "$folder"
  put_in_place "$folder" own own
}

look() {
  are_readable && take_copy "$work" && check_files "$work" && nginx_can_use "$work" || return 1
  if ! cmp -s "$work/fullchain.pem" "$tls/own/fullchain.pem" || ! cmp -s "$work/key.pem" "$tls/own/key.pem"; then
    publish "$work"
    report
  elif [ $first = yes ]; then
    report
  fi
}

rm -rf "$tls"/.own.*
if [ "$(signature)" = "$(cat "$seen" 2>/dev/null)" ]; then exit 0; fi
if [ -e "$seen" ]; then first=no; else first=yes; fi
signature >"$seen"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
good=yes
look || good=no
choose_certificate
remove_older own own
if [ $good = no ]; then
  say "$called: until that is mended the site has $([ "$(readlink "$tls/served")" = own ] && echo 'your certificate as it was before' || echo 'a certificate of its own'); it looks again within a minute of a change"
fi
