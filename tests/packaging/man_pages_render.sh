#!/usr/bin/env bash
# Each man page renders without a complaint.
#   man_pages_render.sh KEYWAY SOURCE
set -euo pipefail
source=$2
command -v groff > /dev/null || { echo "groff is not here"; exit 77; }
for page in "$source"/packaging/man/*.1; do
  complaints=$(groff -mdoc -Tutf8 -ww -z "$page" 2>&1 | grep -v 'hyphenation' || true)
  [ -z "$complaints" ] || { echo "$complaints"; exit 1; }
  text=$(groff -mdoc -Tutf8 "$page" | sed "s/.\x08//g; s/\x1b\[[0-9;]*m//g")
  for section in NAME SYNOPSIS DESCRIPTION EXAMPLES 'EXIT STATUS' 'SEE ALSO' ENVIRONMENT; do
    grep -q "$section" <<< "$text" || { echo "${page##*/} lacks $section"; exit 1; }
  done
done
