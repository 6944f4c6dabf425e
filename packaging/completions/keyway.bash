# bash completion for keyway(1)

_keyway() {
  local cur prev words cword
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD - 1]}

  # The command, and what comes after `ca` or `ech`, wherever options stand between.
  local command= sub= word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *)
        if [[ -z $command ]]; then
          command=$word
        elif [[ ( $command == ca || $command == ech ) && -z $sub ]]; then
          sub=$word
        fi
        ;;
    esac
  done

  local kinds="p256 p384 ed25519 rsa2048 rsa3072"
  local reasons="keyCompromise superseded affiliationChanged cessationOfOperation privilegeWithdrawn unspecified"
  local policies="compatible-2026 modern-2026 classic-rsa-2026"
  local suites="TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256
    ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384
    ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305 AES128-GCM-SHA256 AES256-GCM-SHA384"
  local groups="X25519MLKEM768 SecP256r1MLKEM768 MLKEM768 x25519 secp256r1 secp384r1 secp521r1 ffdhe2048 ffdhe3072"
  local revocation="--ct-logs --ct-policy --crl --revocation --fetch --fetch-issuers --ocsp-nonce --no-cache"
  local identity="--rpk --pin --psk --psk-names --psk-plain --early-data"
  local tls="--policy --tlsv1.2 --tlsv1.3 --tls-max --ciphers --groups --alpn --keylog"
  case $prev in
    --cacert | --trust | --crl | --ct-logs | --sct | --cert | --cert-key | --also-cert | --also-key | --delegated-credential | --rpk | --pin | --client-ca | --ocsp | --output | -o | --keylog | --session-file | --ech | --psk-file | --hand-over) _keyway_files; return ;;
    --dir) _keyway_folders; return ;;
    --out) if [[ $sub == issue ]]; then _keyway_folders; else _keyway_files; fi; return ;;
    --key)
      if [[ $command == ca ]]; then COMPREPLY=($(compgen -W "$kinds" -- "$cur")); else _keyway_files; fi
      return
      ;;
    --reason) COMPREPLY=($(compgen -W "$reasons" -- "$cur")); return ;;
    --unknown-name) COMPREPLY=($(compgen -W "first refuse" -- "$cur")); return ;;
    --alpn | --ech-outer-alpn) COMPREPLY=($(compgen -W "h2 http/1.1 none" -- "$cur")); return ;;
    --revocation) COMPREPLY=($(compgen -W "hard-fail soft-fail off" -- "$cur")); return ;;
    --ct-policy) COMPREPLY=($(compgen -W "off chrome" -- "$cur")); return ;;
    --profile) COMPREPLY=($(compgen -W "web-pki rfc5280" -- "$cur")); return ;;
    --policy) COMPREPLY=($(compgen -W "$policies" -- "$cur")); return ;;
    --tls-max) COMPREPLY=($(compgen -W "1.2 1.3" -- "$cur")); return ;;
    --ciphers) COMPREPLY=($(compgen -W "$suites" -- "$cur")); return ;;
    --groups) COMPREPLY=($(compgen -W "$groups" -- "$cur")); return ;;
    --psk | --psk-names | --prove-also | --name | --public-name | --max-name-length | --org | --days | --ttl | --crl-url | --listen | --threads | --max-connections | --drain | --resolve | --ask-for-cert-at | --timeout | --host | --at)
      return
      ;;
  esac

  local options
  case $command/$sub in
    /) options="--help --version" ;;
    demo/*) options="--help --json --classic --more --no-colour --no-color --dir --browser" ;;
    serve/*)
      options="--help --cert --key --client-ca --require-client-cert --ocsp --ech --listen --unknown-name --threads
        --max-connections --drain --no-listings --delegated-credential --also-cert --also-key
        --allow-expired --verbose --quiet --ask-for-cert-at --psk-file --stateless-retry --kernel-tls --hand-over
        $identity $tls"
      ;;
    get/*)
      options="--help --cert --key --cacert $revocation --require-revocation-answer --resolve --output --timeout --head --location
        --verbose --json --session-file --ech --ech-outer-alpn --dns-server --prove-also --delegated-credentials --kernel-tls $identity $tls"
      ;;
    policies/*) options="--help --json" ;;
    inspect/*) options="--help --json --cacert --resolve $revocation" ;;
    verify/*) options="--help --json --host --client --at --trust --ocsp --sct --profile --resolve $revocation" ;;
    ca/ | ech/) options="--help" ;;
    ech/generate) options="--help --public-name --out --max-name-length --force --json" ;;
    ca/init) options="--help --name --key --crl-url --dir --json" ;;
    ca/delegate) options="--help --cert --cert-key --ttl --key --out --force --json" ;;
    ca/issue) options="--help --org --delegation-usage --days --ttl --key --out --force --dir --json" ;;
    ca/revoke) options="--help --reason --dir --json" ;;
    ca/list) options="--help --dir --json" ;;
    ca/crl) options="--help --out --dir --json" ;;
    *) return ;;
  esac

  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  case $command/$sub in
    /) COMPREPLY=($(compgen -W "demo serve get ca ech inspect verify policies" -- "$cur")) ;;
    ech/) COMPREPLY=($(compgen -W "generate" -- "$cur")) ;;
    ca/) COMPREPLY=($(compgen -W "init issue delegate revoke list crl" -- "$cur")) ;;
    serve/*) _keyway_folders ;;
    policies/*) COMPREPLY=($(compgen -W "$policies" -- "$cur")) ;;
    inspect/* | verify/* | ca/revoke) _keyway_files ;;
    get/*) COMPREPLY=($(compgen -W "https://" -- "$cur")); compopt -o nospace 2> /dev/null ;;
  esac
}

_keyway_files() {
  compopt -o filenames 2> /dev/null
  local IFS=$'\n'
  COMPREPLY=($(compgen -f -- "$cur"))
}

_keyway_folders() {
  compopt -o filenames 2> /dev/null
  local IFS=$'\n'
  COMPREPLY=($(compgen -d -- "$cur"))
}

complete -F _keyway keyway
