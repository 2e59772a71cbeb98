#!/bin/sh
# Are the sources laid out as .clang-format says? Usage: format_test.sh ROOT CLANG-FORMAT
set -eu
cd "$1"
find graph sim analysis scenarios tests benchmarks examples -name '*.?pp' | sort | xargs "$2" --dry-run -Werror
