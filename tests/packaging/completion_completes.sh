#!/usr/bin/env bash
# The completion offers commands, options and values.
#   completion_completes.sh KEYWAY SOURCE
set -euo pipefail
source "$2/packaging/completions/keyway.bash"

# complete WORD… : what is offered for the last word
offered() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _keyway
  echo " ${COMPREPLY[*]} "
}
expect() {
  local wanted=$1
  shift
  local got
  got=$(offered "$@")
  [[ $got == *" $wanted "* ]] || { echo "after '$*' came '$got', not '$wanted'"; exit 1; }
}

expect inspect keyway ''
expect inspect keyway ins
expect issue keyway ca ''
expect --crl-url keyway ca init --c
expect p384 keyway ca issue --key p3
expect keyCompromise keyway ca revoke x.pem --reason key
expect --cacert keyway get https://localhost/ --ca
expect refuse keyway serve . --unknown-name ''
expect --browser keyway demo --b
expect modern-2026 keyway get https://localhost/ --policy mod
expect X25519MLKEM768 keyway serve . --groups ''
expect 1.2 keyway get https://localhost/ --tls-max ''
expect compatible-2026 keyway policies ''
# What is offered is what there is.
for name in $("$1" policies --json | sed -n 's/^      "name": "\([a-z0-9-]*\)",$/\1/p'); do
  expect "$name" keyway policies ''
done
cd "$2/packaging"
expect completions keyway serve comp
expect keyway.pc.in keyway inspect keyway
