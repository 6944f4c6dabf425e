#!/usr/bin/env bash
# The demo: all that it has to tell, nothing left behind, the shop that stays open, and bad input.
#   demo_tells_all.sh KEYWAY SOURCE
set -euo pipefail
keyway=$1
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$work"' EXIT
mkdir "$work/tmp"
export TMPDIR=$work/tmp NO_COLOR=1

fail() { echo "$*"; exit 1; }
has() { grep -qF -- "$1" "$work/out" || fail "the demo does not tell: $1"; }

"$keyway" demo > "$work/out" 2> "$work/err" || fail "exit $?"
[ ! -s "$work/err" ] || fail "something on standard error: $(cat "$work/err")"
[ -z "$(ls -A "$TMPDIR")" ] || fail "something was left behind"
for fact in 'TCP: a connection to 127.0.0.1' 'server name         shop.localhost' 'versions            TLS 1.3' \
  'TLS_CHACHA20_POLY1305_SHA256' 'compression         null' 'x25519, secp256r1' 'the only one offered' 'out of' \
  'shop.localhost, of Example Shop' 'Example Authority Intermediate' 'elliptic curve P-256' 'name                passed' \
  'issuer trusted      passed' 'not expired         passed' 'not revoked         passed' 'Key agreement' 'fingerprint' \
  'Finished, from the server' 'Finished, from the client' '17 03 03' 'Welcome to the shop' \
  'the certificate is for another name' 'the certificate has expired' "the certificate's issuer is not known here" \
  'the certificate is revoked' 'keyway ca init' 'openssl s_client' 'All came out as it should'; do
  has "$fact"
done

"$keyway" demo --json > "$work/out"
has '"ok": true'
for code in NameMismatch CertificateExpired UnknownIssuer CertificateRevoked; do has "\"code\": \"$code\""; done
[ "$(grep -c '"as_expected": true' "$work/out")" = 4 ] || fail "not four refusals"

# The files that are kept, and the folder that is not overwritten.
"$keyway" demo --dir "$work/kept" > /dev/null
[ "$(stat -c %a "$work/kept/shop.localhost-key.pem")" = 600 ] || fail "the key can be read by others"
code=0
"$keyway" demo --dir "$work/kept" > "$work/out" 2>&1 || code=$?
[ "$code" = 2 ] || fail "a folder with files: exit $code"
has 'name another folder'
code=0
TMPDIR=$work/missing "$keyway" demo > "$work/out" 2>&1 || code=$?
[ "$code" = 3 ] || fail "no place for temporary files: exit $code"
has 'TMPDIR'

# The shop stays open for a browser, and closes when asked to.
"$keyway" demo --browser --dir "$work/open" > "$work/out" 2>&1 &
server=$!
for _ in $(seq 100); do
  grep -q 'Then open the shop' "$work/out" && break
  sleep 0.1
done
url=$(tail -n 3 "$work/out" | grep -o 'https://[^ ]*')
"$keyway" get "$url" --cacert "$work/open/authority/root.pem" > "$work/page"
grep -q 'Welcome to the shop' "$work/page" || fail "the shop is not open"
kill -TERM "$server"
wait "$server" || fail "the shop ended with $?"
server=
