#!/bin/bash
# Runs the examples against each other: run_all.sh FOLDER-OF-EXAMPLES KEYWAY-COMMAND
set -euo pipefail
examples=$1
keyway=$2
folder=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

"$keyway" ca init --name Examples --dir "$folder/ca" >/dev/null
"$keyway" ca issue localhost --dir "$folder/ca" --out "$folder" >/dev/null
"$keyway" ca issue hidden.localhost --dir "$folder/ca" --out "$folder" >/dev/null
chain=$folder/localhost.pem key=$folder/localhost-key.pem root=$folder/ca/root.pem

# expect WHAT TEXT COMMAND…: the command ends well and prints exactly this.
expect() {
  local what=$1 text=$2 got
  shift 2
  got=$("$@") || { echo "$what: exit code $?" >&2; exit 1; }
  [[ $got == "$text" ]] || { echo "$what: expected '$text', got '$got'" >&2; exit 1; }
  echo "$what: well"
}
# The port that a server tells in its first lines.
port_of() {
  local log=$1 pattern=$2 port=
  for _ in $(seq 200); do
    port=$(sed -nE "s/$pattern/\\1/p" "$log" | head -1)
    [[ -n $port ]] && break
    sleep 0.05
  done
  [[ -n $port ]] || { echo "no server: $(cat "$log")" >&2; exit 1; }
  echo "$port"
}

expect sans_io "TLS 1.3, TLS_AES_128_GCM_SHA256: hello over no network at all" \
  "$examples/example_sans_io" "$chain" "$key" "$root" localhost

expect quic_packets "h3: hello in a packet, then with new keys, and back" \
  "$examples/example_quic_packets" "$chain" "$key" "$root" localhost

expect hidden_name "rejected, the server saw localhost
accepted, the server saw hidden.localhost" \
  "$examples/example_hidden_name" "$chain" "$key" "$folder/hidden.localhost.pem" "$folder/hidden.localhost-key.pem" "$root"

expect graceful_restart "the old server answers one
the new server answers two
the new server answers three" \
  "$examples/example_graceful_restart" "$chain" "$key" "$root" localhost

for server in server_blocking server_asio_coroutine remote_signer; do
  "$examples/example_$server" "$chain" "$key" >"$folder/$server.log" &
  servers+=($!)
  port=$(port_of "$folder/$server.log" "listening on ([0-9]+)")
  expect "$server with client_blocking" "hello from a blocking client" \
    "$examples/example_client_blocking" localhost "$port" "$root"
  expect "$server with client_asio" "hello from an Asio client" \
    "$examples/example_client_asio" localhost "$port" "$root"
  if "$examples/example_client_blocking" 127.0.0.1 "$port" "$root" 2>"$folder/refused"; then
    echo "$server: a name that the certificate is not for was taken" >&2
    exit 1
  fi
  grep -q "another name" "$folder/refused" || { echo "$server: $(cat "$folder/refused")" >&2; exit 1; }
done

mkdir "$folder/site"
echo "a page" >"$folder/site/index.html"
"$keyway" serve "$folder/site" --cert "$chain" --key "$key" --listen 127.0.0.1:0 --quiet 2>"$folder/serve.log" &
servers+=($!)
port=$(port_of "$folder/serve.log" ".*https:\/\/127.0.0.1:([0-9]+)\/.*")
expect "keyway serve with beast_client" "a page" "$examples/example_beast_client" localhost "$port" "$root"
expect "keyway serve with keyway get" "a page" "$keyway" get "https://localhost:$port/" --cacert "$root"

# A key in a token: a module's library, where there is one, and the engine that speaks to it.
token_module() {
  ls /usr/lib/*/softhsm/libsofthsm2.so /usr/lib/softhsm/libsofthsm2.so 2>/dev/null | head -1 || true
}
engine=$(ls /usr/lib/*/engines-3/pkcs11.so 2>/dev/null | head -1 || true)
if [[ -x $examples/example_server_token && -n $(token_module) && -n $engine ]] && command -v softhsm2-util >/dev/null; then
  mkdir "$folder/tokens"
  echo "directories.tokendir = $folder/tokens" >"$folder/softhsm2.conf"
  export SOFTHSM2_CONF=$folder/softhsm2.conf PKCS11_MODULE_PATH
  PKCS11_MODULE_PATH=$(token_module)
  softhsm2-util --init-token --free --label shop --pin 1234 --so-pin 5678 >/dev/null
  softhsm2-util --import "$key" --token shop --label key --id 01 --pin 1234 >/dev/null
  "$examples/example_server_token" "$chain" 'pkcs11:token=shop;object=key;type=private?pin-value=1234' \
    >"$folder/token.log" &
  servers+=($!)
  port=$(port_of "$folder/token.log" "listening on ([0-9]+)")
  expect "server_token with client_blocking" "hello from a blocking client" \
    "$examples/example_client_blocking" localhost "$port" "$root"
else
  echo "server_token: no softhsm2 with libengine-pkcs11-openssl here, left out"
fi
