#!/bin/sh
# Keeps the appliance's certificate on the volume: an authority of its own, made once and kept for ever, and a certificate
# signed by it, made anew when it gets old or when MICROBLOG_HOSTS changes. Run at every start and once a day.
#
#   ca/ca.crt ca/ca.key        the authority; browsers are told to trust ca.crt
#   live -> leaf.XXXXXX        the certificate: fullchain.pem, key.pem; beside them `requested` and `names`
#
# Whatever is made is made in a folder of its own, written out, and then put in place by one rename: a power cut leaves
# either the old state or the new one, and at worst a folder that the next run removes.
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/common.sh"

tls=${TLS_DIR:-/tls}
hosts=${MICROBLOG_HOSTS:-}
day=86400
leaf_days=397
authority_days=3653
# The authority can sign local names (and the names in MICROBLOG_HOSTS when it is made) and nothing else: whoever steals
# its key cannot pose as a bank.
local_networks='127.0.0.0/255.0.0.0 10.0.0.0/255.0.0.0 172.16.0.0/255.240.0.0 192.168.0.0/255.255.0.0 ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fc00::/fe00:: fe80::/ffc0::'

days_from_now() { date -u -d "@$(($(now) + $1 * day))" +%Y%m%d%H%M%SZ; } # DAYS

# what the setting says
asked_for() { one_a_line "$hosts" | tr '[:upper:]' '[:lower:]'; }

valid_hosts() {
  asked_for | while read -r name; do
    if is_valid "$name"; then
      echo "$name"
    else
      say "MICROBLOG_HOSTS: '$name' is neither a host name nor an address, left out (write names like pi.local or 192.168.1.10, no https:// and no port)"
    fi
  done
}

# The public names, too: until a public authority has signed them, and whenever it cannot.
requested_names() {
  printf '%s\n' localhost 127.0.0.1 ::1
  valid_hosts
  domains
}

# PREFIX lines of "PREFIX.1 = value" for the values on standard input
numbered() { awk -v prefix="$1" '{ print prefix "." NR " = " $0 }'; }

single_address() { # ADDRESS, as a network of one
  if is_ipv4 "$1"; then echo "$1/255.255.255.255"; else echo "$1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"; fi
}

permitted_names() {
  local_names
  valid_hosts 2>/dev/null | while read -r name; do is_address "$name" || echo "$name"; done
  domains
}

permitted_networks() {
  one_a_line "$local_networks"
  valid_hosts 2>/dev/null | while read -r name; do if is_address "$name"; then single_address "$name"; fi; done
}

authority_extensions() {
  cat <<SECTION
[extensions]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical, @permitted
[permitted]
SECTION
  permitted_names | numbered 'permitted;DNS'
  permitted_networks | numbered 'permitted;IP'
}

leaf_extensions() { # NAMES, a file
  cat <<SECTION
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $(while read -r name; do alternative_name "$name"; done <"$1" | paste -sd,)
SECTION
}

# `openssl ca` can backdate, in every version; what it wants for that is a small configuration and an empty register.
signing_configuration() { # FOLDER
  : >"$1/register"
  cat <<SECTION
[ca]
default_ca = signing
[signing]
database = $1/register
new_certs_dir = $1
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
SECTION
}

quietly() { # COMMAND..., whose words are shown only when it fails
  if ! "$@" >"$work/output" 2>&1; then
    cat "$work/output" >&2
    return 1
  fi
}

new_key() { quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; } # FILE

# Backdated by a day: the clocks of the machines that will read it differ.
sign() { # KEY COMMON_NAME DAYS EXTENSIONS CERTIFICATE [how: -selfsign, or -cert FILE]; the signing key is $signing_key
  key=$1 common_name=$2 days=$3 extensions=$4 certificate=$5
  shift 5
  signing_configuration "$work" >"$work/configuration"
  quietly openssl req -new -key "$key" -subj "/CN=$common_name" -out "$work/request"
  quietly openssl ca -batch -notext -config "$work/configuration" -in "$work/request" -out "$certificate" \
    -startdate "$(days_from_now -1)" -enddate "$(days_from_now "$days")" \
    -extfile "$extensions" -extensions extensions -keyfile "$signing_key" "$@"
}

make_authority() {
  folder=$(mktemp -d "$tls/.new.XXXXXX")
  authority_extensions >"$work/extensions"
  new_key "$folder/ca.key"
  signing_key=$folder/ca.key
  # a name of its own, to tell the authorities of two appliances apart in a browser's list
  sign "$folder/ca.key" "Microblog local authority $(openssl rand -hex 3)" $authority_days "$work/extensions" "$folder/ca.crt" -selfsign
  sync "$folder"/*
  mv -T "$folder" "$tls/ca"
  sync "$tls"
  say "made a certificate authority for this appliance"
}

sign_leaf() { # FOLDER NAMES
  leaf_extensions "$2" >"$work/extensions"
  signing_key=$tls/ca/ca.key
  sign "$1/key.pem" Microblog $leaf_days "$work/extensions" "$1/fullchain.pem" -cert "$tls/ca/ca.crt"
}

is_trusted() { openssl verify -no_check_time -CAfile "$tls/ca/ca.crt" "$1" >/dev/null 2>&1; } # CERTIFICATE

# The authority may not sign names that were added after it was made, unless they are local ones: try each by itself.
keep_permitted() { # FOLDER
  while read -r name; do
    echo "$name" >"$work/one"
    sign_leaf "$1" "$work/one" </dev/null
    if is_trusted "$1/fullchain.pem"; then echo "$name"; fi
  done <"$1/requested" >"$1/names"
}

make_leaf() {
  folder=$(mktemp -d "$tls/.new.XXXXXX")
  requested_names 2>/dev/null >"$folder/requested"
  cp "$folder/requested" "$folder/names"
  new_key "$folder/key.pem"
  sign_leaf "$folder" "$folder/names"
  if ! is_trusted "$folder/fullchain.pem"; then
    keep_permitted "$folder"
    sign_leaf "$folder" "$folder/names"
  fi
  put_in_place "$folder" live leaf
  say "made a certificate for $(paste -sd' ' <"$tls/live/names")"
}

is_fresh() { openssl x509 -in "$1" -noout -checkend $((leaf_days * day / 3)) >/dev/null 2>&1; } # CERTIFICATE

leaf_is_good() {
  [ -s "$tls/live/fullchain.pem" ] || return 1
  [ "$(requested_names 2>/dev/null)" = "$(cat "$tls/live/requested")" ] || return 1
  is_trusted "$tls/live/fullchain.pem" && key_matches "$tls/live" && is_fresh "$tls/live/fullchain.pem"
}

report_left_out() {
  valid_hosts >/dev/null
  while read -r name; do
    grep -Fxq -e "$name" "$tls/live/names" || domains | grep -Fxq -e "$name" ||
      say "MICROBLOG_HOSTS: '$name' is not in the certificate, because the authority was made before and may only sign names it was told of then; to make a new one, which every device must trust anew: docker compose run --rm --entrypoint rm nginx -r /tls/ca && docker compose restart nginx"
  done <"$tls/live/requested"
}

# Where it is read that does not need to be trusted yet; by the first name that a device may use.
trust_page() {
  name=$(valid_hosts 2>/dev/null | head -n 1)
  case $name in *:*) name="[$name]" ;; esac
  echo "http://${name:-NAME-OF-THIS-MACHINE}$(port_after_name "${MICROBLOG_HTTP_PORT:-}" 80)/trust"
}

main() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  rm -rf "$tls"/.new.*
  [ -d "$tls/ca" ] || make_authority
  leaf_is_good || make_leaf
  remove_older live leaf
  choose_certificate
  report_left_out
  if [ "$(tls_mode)" = local ]; then
    say "the authority for your devices to trust has the SHA-256 fingerprint $(fingerprint); how to trust it: $(trust_page)"
  fi
}

main
