#!/usr/bin/env bash
# The demo of the classic handshake: both handshakes, the recording that opens, and why it was replaced.
#   demo_tells_classic.sh KEYWAY SOURCE
set -euo pipefail
keyway=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
export TMPDIR=$work/tmp NO_COLOR=1

fail() { echo "$*"; exit 1; }
has() { grep -qF -- "$1" "$work/out" || fail "the demo does not tell: $1"; }

"$keyway" demo --classic > "$work/out" 2> "$work/err" || fail "exit $?"
[ ! -s "$work/err" ] || fail "something on standard error: $(cat "$work/err")"
[ -z "$(ls -A "$TMPDIR")" ] || fail "something was left behind"
for fact in 'TLS_RSA_WITH_AES_128_GCM_SHA256' 'no key exchange' 'the client makes up the secret' 'no forward secrecy' \
  'Years later' 'every byte of this connection can be read' 'X25519MLKEM768' 'quantum computer' 'Bleichenbacher' \
  'Marvin' 'Forward secrecy' 'Welcome to the shop' 'All came out as it should'; do
  has "$fact"
done
[ "$(grep -c 'Welcome to the shop' "$work/out")" = 2 ] || fail "not two pages"

"$keyway" demo --classic --json > "$work/out"
has '"ok": true'
has '"opened": true'
