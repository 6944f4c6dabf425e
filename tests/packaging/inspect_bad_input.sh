#!/usr/bin/env bash
# Files of every wrong kind: one line that says what and where, one that says what to do, and the exit code.
#   inspect_bad_input.sh KEYWAY SOURCE
set -euo pipefail
keyway=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$keyway" ca init --dir ca > /dev/null
"$keyway" ca issue shop.localhost --dir ca > /dev/null

echo hello > text
head -c 4096 /dev/urandom > noise
: > empty
head -c 300 shop.localhost.pem > cut.pem
sed '3s/^./!/' shop.localhost.pem > bad.pem
mkdir folder

expect() {
  local code=$1 words=$2 target=$3 got=0
  "$keyway" inspect "$target" > out 2> err || got=$?
  [ "$got" = "$code" ] || { echo "$target: exit $got, not $code"; cat err; exit 1; }
  [ ! -s out ] || { echo "$target: something on standard output"; exit 1; }
  grep -qF "$words" err || { echo "$target: '$words' is not in:"; cat err; exit 1; }
  grep -qF "$target" err || { echo "$target is not named:"; cat err; exit 1; }
}
expect 3 'PEM' text
expect 3 'DER' noise
expect 3 'empty' empty
expect 3 'END CERTIFICATE' cut.pem
expect 3 'base64' bad.pem
expect 3 'folder' folder
expect 3 'does not exist' missing.pem
expect 2 'HOST:PORT' shop.localhost:http

# What is not shown: keys.
"$keyway" inspect shop.localhost-key.pem > out
grep -q 'private key' out
sed -n 2p shop.localhost-key.pem > pattern
! grep -qFf pattern out || { echo "the key was shown"; exit 1; }

# A key and a certificate that belong together show the same fingerprint.
[ "$("$keyway" inspect shop.localhost-key.pem --json | grep -o '"key_sha256": "[^"]*"')" = \
  "$("$keyway" inspect shop.localhost.pem --json | grep -o '"key_sha256": "[^"]*"' | head -1)" ]
