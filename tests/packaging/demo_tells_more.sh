#!/usr/bin/env bash
# The demo of what is off by default: each part comes out as it should, and what does not fit is refused.
#   demo_tells_more.sh KEYWAY SOURCE
set -euo pipefail
keyway=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
export TMPDIR=$work/tmp NO_COLOR=1

fail() { echo "$*"; exit 1; }
# Lines are wrapped.
has() { tr -s '\n ' ' ' < "$work/out" | grep -qF -- "$1" || fail "the demo does not tell: $1"; }

"$keyway" demo --more > "$work/out" 2> "$work/err" || fail "exit $?: $(cat "$work/out")"
[ -z "$(ls -A "$TMPDIR")" ] || fail "something was left behind"
for fact in 'early data: no_session' 'early data: accepted' 'RFC 9258' 'Selfie' 'RFC 7250' 'none of those that are pinned' \
  'RFC 9345' 'RFC 9849' 'is told the key of today' 'is proven to be CN=Ann' 'RFC 9261' 'the cookie was given' \
  'waits for the store' 'the client has noticed nothing' 'RFC 9001' 'use it' 'All came out as it should'; do
  has "$fact"
done

"$keyway" demo --more --json > "$work/out"
has '"ok": true'
[ "$(grep -c '"as_expected": true' "$work/out")" = 14 ] || fail "not fourteen parts"
