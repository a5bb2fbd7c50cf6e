#!/bin/sh
# Gets a certificate for MICROBLOG_DOMAIN from a public authority and has it renewed, by uacme. Each call is one look:
# nothing happens before the time that the last look noted on the volume, so restarts never bother the authority.
# To have it look at once, after mending what was wrong: docker compose exec nginx ./acme.sh now
#
#   acme/AUTHORITY/            uacme's: the account, keys and certificates
#   acme/next acme/failures    not before this time; how often it went wrong in a row
#   acme/asked                 for what: with other settings it looks at once
#   public -> public.XXXXXX    the newest certificate
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/common.sh"

tls=${TLS_DIR:-/tls}
state=$tls/acme
url=${MICROBLOG_ACME_URL:-https://acme-v02.api.letsencrypt.org/directory}
first=$(domains | head -n 1)
# five tries in the first two hours: an authority allows five failures an hour
first_delay=300
longest_delay=21600
look_again=43200

asked() { printf '%s\n' "$url" "$(domains)"; }

noted() { cat "$state/$1" 2>/dev/null || echo 0; } # NAME

# Three quarters to five quarters of it, so that not all appliances that a power cut stopped come back together.
about() { # SECONDS
  random=$(od -An -N2 -tu2 /dev/urandom)
  echo $(($1 * 3 / 4 + $1 * random / 131072))
}

note_next() { # SECONDS
  pause=$(about "$1")
  echo $(($(now) + pause)) >"$state/.next"
  mv "$state/.next" "$state/next"
}

growing_delay() { # FAILURES
  delay=$first_delay
  for _ in $(seq 2 "$1"); do
    delay=$((delay * 2))
    if [ $delay -ge $longest_delay ]; then delay=$longest_delay && break; fi
  done
  echo $delay
}

# Noted before the try, because a machine that dies of it would try again at every start.
note_try() {
  failures=$(($(noted failures) + 1))
  echo $failures >"$state/failures"
  note_next "$(growing_delay $failures)"
  asked >"$state/asked"
}

is_due() {
  [ "$(asked)" = "$(cat "$state/asked" 2>/dev/null)" ] || return 0
  wait=$(($(noted next) - $(now)))
  # further away than we ever note: the clock was wrong then
  [ $wait -le 0 ] || [ $wait -gt $((2 * look_again)) ]
}

run_uacme() { # WORDS...; its words are kept
  uacme --yes --type EC --confdir "$account" --acme-url "$url" --hook "$hook" "$@" >"$output" 2>&1
}

register() {
  [ -e "$account/registered" ] && return
  # The account may be there already: the machine may have died between the two, and uacme makes no second one.
  # shellcheck disable=SC2086  # no word at all where there is no address
  { run_uacme new ${MICROBLOG_ACME_EMAIL:-} || grep -qi 'account already exists' "$output"; } &&
    touch "$account/registered"
}

# Where the authority itself says when (ARI), uacme asks it; else a third of the certificate's life before its end.
days_before_end() {
  life=$(openssl x509 -in "$account/$first/cert.pem" -noout -dates 2>/dev/null | sed 's/.*=//' |
    { read -r begin && read -r end && echo $(($(date -d "$end" +%s) - $(date -d "$begin" +%s))); } || echo 0)
  echo $((life / 259200 + 1))
}

# 0: there is a new one; 1: the one we have is good; 2: it went wrong
issue() {
  # shellcheck disable=SC2046  # a word for each name
  run_uacme --days "$(days_before_end)" issue $(domains) || return $?
}

publish() {
  # not .new.*: those are removed by certificates.sh, which may run at the same time
  rm -rf "$tls"/.public.*
  folder=$(mktemp -d "$tls/.public.XXXXXX")
  cp "$account/$first/cert.pem" "$folder/fullchain.pem"
  cp "$account/private/$first/key.pem" "$folder/key.pem"
  if ! is_usable "$folder"; then
    rm -rf "$folder"
    return 1
  fi
  put_in_place "$folder" public public
  choose_certificate
  remove_older public public
  say "the certificate for $(domains | paste -sd' ') by a public authority is here, good until $(good_until "$tls/public/fullchain.pem")"
}

addresses() { # NAME
  getent ahosts "$1" | awk '{ print $1 }' | sort -u | paste -sd' ' | grep . || echo 'no address'
}

named_in_output() { # the name that the authority speaks of
  for name in $(domains); do
    if grep -q "http://${name}[:/]" "$output"; then echo "$name" && return; fi
  done
  echo "$first"
}

explain() {
  name=$(named_in_output)
  case $(cat "$output") in
    *acme:error:dns* | *NXDOMAIN* | *'while resolving URL'* | *'could not resolve'* | *'No valid IP addresses'*)
      say "the authority does not find '$name' in the DNS: where you have the domain, add an A record with your public address (and AAAA, if this machine has IPv6)" ;;
    *acme:error:connection* | *acme:error:tls*)
      say "the authority got no answer from http://$name, port 80 (from here the name leads to: $(addresses "$name")): have the router and the firewall pass port 80 on to this machine, and see that the DNS has your public address" ;;
    *acme:error:unauthorized* | *acme:error:incorrectResponse*)
      say "somebody else answered the authority at http://$name (from here the name leads to: $(addresses "$name")): see that the DNS has your public address and nothing older, and that port 80 leads to this machine" ;;
    *acme:error:accountDoesNotExist*)
      rm -f "$account/registered"
      say "the authority at $url does not know this machine any more; the next try makes it known again" ;;
    *acme:error:rateLimited*)
      say "the authority says that it was asked too often for '$name'; leave it alone, this goes by itself" ;;
    *acme:error:rejectedIdentifier* | *acme:error:caa*)
      say "the authority refuses to sign '$name': a name that it does not sign, or a CAA record in the DNS that forbids it" ;;
    *acme:error:*)
      say "the authority at $url refuses; its words follow" && sed 's/^/  /' "$output" >&2 ;;
    *'peer certificate'* | *'SSL CA cert'*)
      say "the authority at $url shows a certificate that this machine does not trust: see that the clock is right; for an authority of your own have UACME_CAINFO name its certificate" ;;
    *'failed to fetch directory'* | *curl_*)
      say "the authority at $url cannot be reached: is this machine on the internet, and does its DNS work?" ;;
    *)
      say 'no certificate by a public authority; the words of uacme follow' && sed 's/^/  /' "$output" >&2 ;;
  esac
  sed -n 's/^ *"detail": "\(.*\)",*$/microblog: the words of the authority: \1/p' "$output" | head -n 1 >&2
  say "until then the site has $([ "$(readlink "$tls/served")" = public ] && echo 'the certificate that it had' || echo 'a certificate of its own'); the next try is at $(date -d "@$(noted next)" '+%F %R %Z'), or at once with: docker compose exec nginx ./acme.sh now"
}

succeed() {
  rm -f "$state/failures"
  note_next $look_again
}

look() {
  note_try
  code=0
  { register && issue; } || code=$?
  # also where the last look ended between the issue and this
  if [ $code -le 1 ] && { { [ $code = 1 ] && cmp -s "$account/$first/cert.pem" "$tls/public/fullchain.pem"; } || publish; }; then
    succeed
  else
    explain
  fi
}

mkdir -p "$state"
exec 9>"$state/lock"
if [ "${1:-}" = now ]; then
  flock 9
else
  is_due && flock -n 9 || exit 0
fi
[ -n "${UACME_CAINFO:-}" ] || unset UACME_CAINFO
account=$state/$(printf %s "${url#https://}" | tr -c 'A-Za-z0-9.\n-' _)
hook=$(cd "$(dirname "$0")" && pwd)/acme-hook.sh
output=$(mktemp)
trap 'rm -f "$output"' EXIT
mkdir -p "$account" "${RUN_DIR:-/run}/acme"
look
