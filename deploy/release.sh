#!/bin/bash
# Prepares a release: make release VERSION=1.2.3. Sets the version, checks everything, commits and tags; pushes nothing.
# deploy/release.sh notes 1.2.3 prints what CHANGELOG.md says about a version.
set -euo pipefail
cd "$(dirname "$0")/.."

version_file=app/core/version.py

refuse() {
  printf 'release: %s. Nothing was changed.\n' "$*" >&2
  exit 1
}

current() { sed -n 's/^VERSION = "\(.*\)"$/\1/p' "$version_file"; }

notes() { # VERSION
  awk -v heading="## $1" '$0 == heading { inside = 1; next } /^## / { inside = 0 } inside' CHANGELOG.md | sed -e '/./,$!d'
}

earlier() { # VERSION OTHER: whether the first is the earlier one
  [[ $1 != "$2" && $(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -n 1) == "$1" ]]
}

require() { # VERSION
  local newest
  [[ $1 =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]] \
    || refuse "say which version, as three numbers: make release VERSION=1.2.3"
  [[ -z $(git status --porcelain) ]] || refuse "there are changes that are not committed: git status"
  ! git rev-parse --quiet --verify "refs/tags/v$1" >/dev/null || refuse "there is a version $1 already: git show v$1"
  ! earlier "$1" "$(current)" || refuse "$1 is earlier than this program's version, $(current)"
  newest=$(sed -n 's/^## //p' CHANGELOG.md | head -n 1)
  [[ $newest == "$1" ]] || refuse "the first entry of CHANGELOG.md is for $newest: write one that begins with: ## $1"
  [[ $(notes "$1") == *[![:space:]]* ]] || refuse "the entry for $1 in CHANGELOG.md is empty"
}

# Whatever goes wrong from here on, the version is as it was.
undo() {
  git restore --staged --worktree "$version_file"
  refuse "the checks failed, see above"
}

prepare() { # VERSION
  require "$1"
  sed -i "s/^VERSION = .*/VERSION = \"$1\"/" "$version_file"
  "${MAKE:-make}" check || undo
  git diff --quiet -- "$version_file" || git commit --quiet --message "Version $1" -- "$version_file"
  git tag --annotate "v$1" --message "Microblog $1"
  printf 'Version %s is tagged. To publish it: git push origin HEAD v%s\n' "$1" "$1"
}

if [[ ${1:-} == notes ]]; then
  notes "${2:?which version}"
else
  prepare "${1:-}"
fi
