#!/bin/sh
# Settings, certificate, configuration, a look at them, and then Nginx itself as process 1.
set -eu
cd "$(dirname "$0")"
# shellcheck source=/dev/null
. ./common.sh

tls=${TLS_DIR:-/tls}
run_dir=${RUN_DIR:-/run}
configuration=$run_dir/nginx.conf
pause=${WATCH_SECONDS:-60}
day=86400

run_nginx() { nginx -e stderr -c "$configuration" "$@"; }

# A volume that is full must not take the site down while the certificate it holds is still good.
renew_certificate() {
  [ "$(tls_mode)" != off ] || return 0 # the proxy has one
  ./certificates.sh && return
  say 'could not look after the certificate; the lines above say why'
  [ -s "$tls/served/fullchain.pem" ]
}

served() { readlink -f "$tls/served" || true; }

# Connections that are open stay so: the old worker ends when they do.
reload() {
  ./configure.sh && run_nginx -t -q && run_nginx -s reload
}

look_for_public_one() {
  ./acme.sh || say 'could not ask for a public certificate; the lines above say why'
}

look_for_own_one() {
  ./own.sh || say 'could not look after your certificate; the lines above say why'
}

renew_daily() {
  [ $(($(date +%s) - looked)) -ge $day ] || return 0
  looked=$(date +%s)
  renew_certificate || say 'the certificate in use stays as it is; the next try is tomorrow'
  read_by_nginx=
}

look_after() {
  set +e # whatever fails says so, and the next look comes
  looked=$(date +%s)
  read_by_nginx=$(served)
  until [ -s "$run_dir/nginx.pid" ]; do sleep 0.2; done
  while :; do
    renew_daily
    case $(tls_mode) in
      acme) look_for_public_one ;;
      own) look_for_own_one ;;
    esac
    if [ "$(served)" != "$read_by_nginx" ]; then
      read_by_nginx=$(served)
      reload || say 'Nginx stays with the certificate it has; the lines above say why'
    fi
    sleep "$pause"
  done
}

./settings.sh
renew_certificate
if [ "$(tls_mode)" = own ]; then look_for_own_one; fi
./configure.sh
run_nginx -t -q
look_after &
exec nginx -e stderr -c "$configuration" -g 'daemon off;'
