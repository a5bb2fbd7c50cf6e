#!/bin/bash
# Joins the images of all architectures under the tags that people use: deploy/publish.sh VERSION ARCHITECTURE…
# They lie in the registry MICROBLOG_IMAGE_PREFIX as VERSION-ARCHITECTURE, with their lists of contents and their origin.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$1
shift

tags_of() { # TARGET
  VERSION=$version docker buildx bake --file deploy/docker-bake.hcl --print "$1" 2>/dev/null \
    | sed -n '/"tags": \[/,/\]/s/^ *"\(.*:.*\)",\{0,1\}$/\1/p'
}

for target in app nginx; do
  command=(docker buildx imagetools create)
  while read -r tag; do command+=(--tag "$tag"); done < <(tags_of "$target")
  for architecture in "$@"; do
    command+=("${MICROBLOG_IMAGE_PREFIX:-}microblog-$target:$version-$architecture")
  done
  "${command[@]}"
done
