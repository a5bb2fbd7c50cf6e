#!/bin/sh
# Writes Nginx's configuration for this machine: what depends on the network, on the versions installed and on settings.
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/common.sh"

tls=${TLS_DIR:-/tls}
media=${MEDIA_DIR:-/media}
source_dir=$(cd "$(dirname "$0")" && pwd)
run_dir=${RUN_DIR:-/run}
temp_dir=${TMPDIR:-/tmp}
application=${APPLICATION:-app:8000}
access_log=${ACCESS_LOG:-/dev/stdout}

# Where the site is without https; nothing where a proxy has the certificate.
plain_address() {
  if [ "$(tls_mode)" != off ]; then echo "http://\$host$(port_after_name "${MICROBLOG_HTTP_PORT:-}" 80)"; fi
}

# What browsers have to trust: the fingerprint of our authority, or a word for why that is not so.
authority() {
  case $(tls_mode)/$(readlink "$tls/served") in
    off/*) ;;
    local/*) fingerprint ;;
    */live) echo waiting ;;
    *) if is_publicly_trusted "$tls/served/fullchain.pem"; then echo public; else echo private; fi ;;
  esac
}

has_ipv6() { [ -e /proc/net/if_inet6 ]; }

# Docker's and Podman's own name server, whichever is there; an answer is kept for two seconds, whatever it says itself
resolvers() {
  servers=$(awk '$1 == "nameserver" { sub(/%.*/, "", $2); print $2 ~ /:/ ? "[" $2 "]" : $2 }' /etc/resolv.conf | paste -sd' ')
  if has_ipv6; then addresses=''; else addresses=' ipv6=off'; fi
  echo "${servers:-127.0.0.11} valid=2s$addresses"
}

listen_ipv6() { # "PORT OPTIONS"; Nginx would not start where the kernel has no IPv6
  if has_ipv6; then echo "listen [::]:$1 default_server;"; fi
}

# since Nginx 1.25.1 a directive, before that an option of `listen`
knows_http2_directive() {
  newest=$(printf '1.25.1\n%s\n' "$(nginx -v 2>&1 | grep -Eo '[0-9]+\.[0-9]+\.[0-9]+')" | sort -V | tail -n 1)
  [ "$newest" != 1.25.1 ]
}

# the first one protects what is recorded today from the quantum computers of tomorrow; OpenSSL knows it since 3.5
tls_groups() {
  if openssl list -kem-algorithms 2>/dev/null | grep -q X25519MLKEM768; then printf X25519MLKEM768:; fi
  echo X25519:prime256v1:secp384r1
}

known_hosts() { # for Nginx's map, as patterns: a port may follow
  hosts | sed -E -e 's/^.*:.*$/[&]/' -e 's/[].[]/\\\\&/g' -e 's/.*/"~*^&(:[0-9]+)?$" 0;/' | paste -sd' '
}

# names that nobody has told us of: refused once we were told of some
other_hosts() { if hosts | grep -q .; then echo 1; else echo 0; fi; }

# How long browsers shall insist on https and on a certificate that they trust. Not at all with our own authority: who has
# not made it known to his browser would be locked out. For a day at first, so that somebody who goes back is soon let in.
insist_seconds() {
  since=$tls/trusted-since
  if ! is_publicly_trusted "$tls/served/fullchain.pem"; then
    rm -f "$since"
    return
  fi
  [ -e "$since" ] || : >"$since"
  if [ -n "$(find "$since" -mtime +6)" ]; then echo 63072000; else echo 86400; fi
}

hsts() {
  seconds=$(insist_seconds)
  if [ -n "$seconds" ]; then echo "max-age=$seconds"; fi
}

# What of a visitor is believed of whom.
real_address() {
  proxies | sed 's/.*/set_real_ip_from &;/'
  if proxies | grep -q .; then echo 'real_ip_header X-Forwarded-For; real_ip_recursive on;'; fi
}

servers() { if [ "$(tls_mode)" = off ]; then echo plain-server.conf; else echo tls-servers.conf; fi; }

plain_scheme() { if [ "$(tls_mode)" = off ]; then echo https; else echo http; fi; }

assemble() { # TEMPLATE, with the others that it is made of
  sed -e "/@SERVERS@/{r $source_dir/$(servers).template" -e 'd;}' "$source_dir/$1.template" |
    sed -e "/@APPLICATION_LOCATIONS@/{r $source_dir/application.conf.template" -e 'd;}'
}

render() { # TEMPLATE
  if knows_http2_directive; then http2='http2 on;' listen_http2=''; else http2='' listen_http2=' http2'; fi
  assemble "$1" | sed -e "s|@SOURCE_DIR@|$source_dir|g" -e "s|@RUN_DIR@|$run_dir|g" -e "s|@TEMP_DIR@|$temp_dir|g" \
    -e "s|@TLS_DIR@|$tls|g" -e "s|@MEDIA_DIR@|$media|g" -e "s|@ACCESS_LOG@|$access_log|g" -e "s|@APPLICATION@|$application|g" \
    -e "s|@HTTPS_PORT@|$(port_after_name "${MICROBLOG_HTTPS_PORT:-}" 443)|g" -e "s|@RESOLVERS@|$(resolvers)|g" -e "s|@TLS_GROUPS@|$(tls_groups)|g" \
    -e "s|@KNOWN_HOSTS@|$(known_hosts)|g" -e "s|@OTHER_HOSTS@|$(other_hosts)|g" \
    -e "s|@REAL_ADDRESS@|$(real_address | paste -sd' ')|g" -e "s|@FROM_PROXY@|$(proxies | sed 's/$/ 1;/' | paste -sd' ')|g" \
    -e "s|@AUTHORITY@|$(authority)|g" -e "s|@PLAIN_ADDRESS@|$(plain_address)|g" \
    -e "s|@PLAIN_SCHEME@|$(plain_scheme)|g" -e "s|@HSTS@|$(hsts)|g" -e "s|@HTTP2@|$http2|g" -e "s|@LISTEN_HTTP2@|$listen_http2|g" \
    -e "s|@LISTEN_HTTP_IPV6@|$(listen_ipv6 8080)|g" -e "s|@LISTEN_HTTPS_IPV6@|$(listen_ipv6 "8443 ssl$listen_http2")|g" \
    >"$run_dir/$1"
}

mkdir -p "$run_dir/acme"
render pages.conf
render nginx.conf
