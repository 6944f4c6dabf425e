#!/usr/bin/env bash
# No escape sequence goes into a file or a pipe, and none to a terminal with NO_COLOR.
#   colour_only_on_terminals.sh KEYWAY SOURCE
set -euo pipefail
keyway=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
escape=$'\x1b'

"$keyway" demo --dir "$work/demo" > "$work/out" 2> "$work/err"
"$keyway" inspect "$work/demo/shop.localhost.pem" >> "$work/out" 2>> "$work/err"
"$keyway" inspect "$work/missing.pem" >> "$work/out" 2>> "$work/err" || true
! grep -q "$escape" "$work/out" "$work/err" || { echo "colour in a file"; exit 1; }
grep -q 'All came out as it should' "$work/out"

# Attack 44: no private key of the demo in what it said.
for key in "$work"/demo/*-key.pem "$work"/demo/*/keys/*.pem; do
  sed -n 2p "$key" > "$work/pattern"
  ! grep -qFf "$work/pattern" "$work/out" "$work/err" || { echo "$key was told"; exit 1; }
done

command -v script > /dev/null || exit 0
on_terminal() { TERM=xterm script -qec "'$keyway' inspect '$work/demo/shop.localhost.pem'" /dev/null < /dev/null > "$work/out"; }
unset NO_COLOR
on_terminal
grep -q "$escape\[" "$work/out" || { echo "no colour on a terminal"; exit 1; }
export NO_COLOR=1
on_terminal
! grep -q "$escape\[" "$work/out" || { echo "colour in spite of NO_COLOR"; exit 1; }
