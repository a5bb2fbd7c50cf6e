#!/bin/sh
# Looks at the settings of certificates before anything starts: what cannot be used is named, with what to write instead.
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/common.sh"

refuse() {
  say "$*"
  exit 64 # as the application does
}

is_public_name() { # NAME
  is_valid "$1" && ! is_address "$1" || return 1
  for local_name in $(local_names); do
    case $1 in *".$local_name") return 1 ;; esac
  done
  case $1 in *.*) return 0 ;; *) return 1 ;; esac
}

check_domains() {
  for name in $(domains); do
    is_public_name "$name" ||
      refuse "MICROBLOG_DOMAIN: '$name' is not a name that a public authority signs; write names like blog.example.org, without https:// and without a port. Names of a home network go into MICROBLOG_HOSTS."
  done
}

check_acme() {
  [ -n "$(domains)" ] || refuse "MICROBLOG_TLS is 'acme', which needs a name; write MICROBLOG_DOMAIN=blog.example.org"
  case ${MICROBLOG_ACME_URL:-https://} in
    https://*[[:space:]]*) refuse "MICROBLOG_ACME_URL is '$MICROBLOG_ACME_URL'; write one address" ;;
    https://*) ;;
    *) refuse "MICROBLOG_ACME_URL is '$MICROBLOG_ACME_URL'; write the address of an authority's directory, which begins with https://" ;;
  esac
  case ${MICROBLOG_ACME_EMAIL:-a@b} in
    *[[:space:]]* | -* | @* | *@) refuse "MICROBLOG_ACME_EMAIL is '$MICROBLOG_ACME_EMAIL'; write one address, or leave it out" ;;
    *@*) ;;
    *) refuse "MICROBLOG_ACME_EMAIL is '$MICROBLOG_ACME_EMAIL'; write one address, or leave it out" ;;
  esac
  [ -z "${UACME_CAINFO:-}" ] || [ -r "$UACME_CAINFO" ] ||
    refuse "UACME_CAINFO is '$UACME_CAINFO', which user $(id -u) cannot read; see that the file is in the container and that everybody may read it"
}

check_own() {
  [ -n "${MICROBLOG_TLS_FOLDER:-}" ] ||
    refuse "MICROBLOG_TLS is 'own', which needs the folder of your certificate; write MICROBLOG_TLS_FOLDER=/srv/certificate, with fullchain.pem and privkey.pem in it"
}

# An address, or a network that is not the whole world.
is_network() { # ADDRESS[/BITS]
  address=${1%/*} most=128
  is_address "$address" && is_valid "$address" || return 1
  if is_ipv4 "$address"; then most=32; fi
  case $1 in
    */*)
      bits=${1##*/}
      case $bits in '' | 0* | *[!0-9]* | ????*) return 1 ;; esac
      [ "$bits" -le $most ]
      ;;
  esac
}

check_proxies() {
  for proxy in $(proxies); do
    is_network "$proxy" ||
      refuse "MICROBLOG_TRUSTED_PROXIES: '$proxy' is not an address or a network; write addresses like 192.168.1.5 or networks like 172.18.0.0/16, with spaces between them"
  done
}

check_off() {
  [ -n "$(proxies)" ] ||
    refuse "MICROBLOG_TLS is 'off', which is for behind a proxy of yours that has the certificate; write its address as this container sees it: MICROBLOG_TRUSTED_PROXIES=192.168.1.5 (for one on this machine the gateway of Docker's network: docker network inspect microblog_default -f '{{(index .IPAM.Config 0).Gateway}}')"
}

check_domains
check_proxies
case $(tls_mode) in
  local) ;;
  acme) check_acme ;;
  own) check_own ;;
  off) check_off ;;
  *) refuse "MICROBLOG_TLS is '$MICROBLOG_TLS'; write one of: local, acme, own, off" ;;
esac
