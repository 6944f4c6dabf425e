#!/bin/sh
# Divisions take a time that depends on what they divide, and memcheck has nothing against them: there must be none in
# the optimised code of ML-KEM (KyberSlash). Argument: a program that holds it.
command -v objdump >/dev/null || exit 77
objdump -d --no-show-raw-insn "$1" | awk '
  /^[0-9a-f]+ <.*>:$/ { name = $2; inside = name ~ /6keyway6crypto5mlkem/; seen += inside; next }
  inside && $2 ~ /^v?i?div/ { print name, $0; bad = 1 }
  END { print seen + 0, "functions seen"; exit bad || seen < 20 }'
