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

check_domains
case $(tls_mode) in
  local) ;;
  acme) check_acme ;;
  own) check_own ;;
  *) refuse "MICROBLOG_TLS is '$MICROBLOG_TLS'; write one of: local, acme, own" ;;
esac
