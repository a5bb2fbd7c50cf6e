#!/bin/sh
# Certificate, configuration, a look at both, and then Nginx itself as process 1.
set -eu
cd "$(dirname "$0")"

tls_dir=${TLS_DIR:-/tls}
configuration=${RUN_DIR:-/run}/nginx.conf

run_nginx() { nginx -e stderr -c "$configuration" "$@"; }

# A volume that is full must not take the site down while the certificate it holds is still good.
renew_certificate() {
  ./certificates.sh && return
  echo 'microblog: could not look after the certificate; the lines above say why' >&2
  [ -s "$tls_dir/live/fullchain.pem" ]
}

reload_when_changed() { # CERTIFICATE_BEFORE
  [ "$(readlink "$tls_dir/live")" = "$1" ] || { run_nginx -t -q && run_nginx -s reload; }
}

renew_daily() {
  while sleep 86400; do
    before=$(readlink "$tls_dir/live")
    if ! { renew_certificate && reload_when_changed "$before"; }; then
      echo 'microblog: the certificate in use stays as it is; the next try is tomorrow' >&2
    fi
  done
}

renew_certificate
./configure.sh
run_nginx -t -q
renew_daily &
exec nginx -e stderr -c "$configuration" -g 'daemon off;'
