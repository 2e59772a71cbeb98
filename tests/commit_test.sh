#!/bin/sh
# Does a build know its commit, and leave alone what is built while the commit is the same? Usage: commit_test.sh SOURCE
set -eu
script=$1/cmake/commit.cmake
git --version >/dev/null 2>&1 || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1"; exit 1; }
says() { # says SOURCE TEXT WHEN
  cmake -D SOURCE="$1" -D OUT="$work/out.hpp" -P "$script"
  [ "$(cat "$work/out.hpp")" = "#define GRAPEVINE_COMMIT \"$2\"" ] || fail "$3: $(cat "$work/out.hpp")"
}
export GIT_CONFIG_GLOBAL=/dev/null GIT_CEILING_DIRECTORIES="$work" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
mkdir -p "$work/tree/inner"
says "$work/tree" "" "no repository"
git -C "$work/tree" init -q
says "$work/tree" "" "a repository without commits"
echo one >"$work/tree/inner/file"
git -C "$work/tree" add inner/file
git -C "$work/tree" commit -q -m one
commit=$(git -C "$work/tree" rev-parse --short=12 HEAD)
says "$work/tree" "$commit" "a commit"
says "$work/tree/inner" "" "a folder in the repository of somebody else"
says "$work/tree" "$commit" "the commit again"
touch -d '2001-01-01' "$work/out.hpp"
says "$work/tree" "$commit" "the commit once more"
[ "$(date -r "$work/out.hpp" +%Y)" = 2001 ] || fail "the file was written although it said so already"
echo two >"$work/tree/inner/file"
says "$work/tree" "$commit-dirty" "a changed tree"
git -C "$work/tree" commit -q -a -m two
git -C "$work/tree" tag -a -m v v1.2
says "$work/tree" v1.2 "a tag"
