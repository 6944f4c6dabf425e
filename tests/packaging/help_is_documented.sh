#!/usr/bin/env bash
# Every command and every long option of --help stands in its man page and in the completion.
#   help_is_documented.sh KEYWAY SOURCE
set -euo pipefail
keyway=$1 source=$2
problems=0

# The sub-commands that the help of "$@" lists.
commands_of() {
  "$keyway" "$@" --help | sed -n '/^Subcommands:/,/^$/p' | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p'
}

# The long options that the help of "$@" lists, without its examples.
options_of() {
  "$keyway" "$@" --help | sed '/^Examples:/,$d' | sed -n 's/^  \(-.*\)/\1/p' | grep -oE '(^|[ ,])--[a-z][a-z0-9.-]*' | tr -d ' ,' | sort -u
}

# mdoc writes --crl-url as "Fl -crl-url".
check_option() {
  local page=$1 option=$2
  grep -qE -- "Fl ${option#-}( |,|$)" "$page" || { echo "${page##*/} lacks $option"; problems=$((problems + 1)); }
  grep -qE -- "(^|[ \"])$option([ \"|]|$)" "$source/packaging/completions/keyway.bash" ||
    { echo "the completion lacks $option"; problems=$((problems + 1)); }
}

check_command() {
  local page="$source/packaging/man/$1.1"
  shift
  [ -f "$page" ] || { echo "there is no man page ${page##*/}"; problems=$((problems + 1)); return; }
  local option found=0
  while read -r option; do
    check_option "$page" "$option"
    found=$((found + 1))
  done < <(options_of "$@")
  [ "$found" -gt 0 ] || { echo "keyway $* --help shows no option"; problems=$((problems + 1)); }
}

check_command keyway
commands=$(commands_of)
[ "$(wc -w <<< "$commands")" -ge 5 ] || { echo "too few commands in --help: $commands"; exit 1; }
for command in $commands; do
  grep -q "^.It Cm $command" "$source/packaging/man/keyway.1" || { echo "keyway.1 lacks $command"; problems=$((problems + 1)); }
  check_command "keyway-$command" "$command"
  for sub in $(commands_of "$command"); do
    grep -q "^.It Cm $sub" "$source/packaging/man/keyway-$command.1" ||
      { echo "keyway-$command.1 lacks $sub"; problems=$((problems + 1)); }
    check_command "keyway-$command" "$command" "$sub"
  done
done

# The exit codes stand in --help and in keyway(1).
for code in $("$keyway" --help | sed -n '/^Exit codes:/,$p' | sed -n 's/^ *\([0-9]\{1,\}\) .*/\1/p'); do
  grep -q "^.It $code$" "$source/packaging/man/keyway.1" || { echo "keyway.1 lacks exit code $code"; problems=$((problems + 1)); }
done
exit $((problems > 0))
