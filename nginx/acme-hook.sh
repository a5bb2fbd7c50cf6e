#!/bin/sh
# Called by uacme: puts what the authority wants to see where Nginx shows it on port 80, and takes it away again.
set -eu
method=$1 kind=$2 token=$4 answer=$5
[ "$kind" = http-01 ] || exit 1 # of the ways to prove who we are, this one
case $token in '' | *[!A-Za-z0-9_-]*) exit 1 ;; esac

file=${RUN_DIR:-/run}/acme/$token
if [ "$method" = begin ]; then printf %s "$answer" >"$file"; else rm -f "$file"; fi
