#include "tool/serve_options.hpp"

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tool/exit_codes.hpp"

namespace keyway::tool {

namespace {

/// An option that may be given several times, with one value each time.
void add_repeatable(CLI::App& command, const char* name, std::vector<std::string>& values, const char* type,
                    const char* help) {
  command.add_option(name, values, help)->type_name(type)->allow_extra_args(false);
}

}  // namespace

void add_serve_options(CLI::App& command, ServeOptions& options) {
  command.add_option("DIR", options.folder, "The folder")->required();
  add_repeatable(command, "--cert", options.certificates, "CHAIN.pem",
                 "The certificate and its intermediates, PEM; several: chosen by name");
  add_repeatable(command, "--key", options.keys, "KEY.pem", "The private key to it, PEM");
  add_repeatable(command, "--also-cert", options.further_certificates, "CHAIN.pem",
                 "A further identity, proved to clients that ask for it once they are connected (RFC 9261; keyway get "
                 "--prove-also): the certificate and its intermediates, PEM; several: chosen by name");
  add_repeatable(command, "--also-key", options.further_keys, "KEY.pem", "The private key to it, PEM");
  add_repeatable(command, "--delegated-credential", options.delegations, "FILE",
                 "Prove it with this key that the certificate's key has delegated (keyway ca delegate), to clients "
                 "that take such; to others with --key; several: in the order of --cert");
  command.add_option("--listen", options.listen, "Where to listen; port 0: a free one")
      ->type_name("ADDR:PORT")
      ->capture_default_str();
  add_repeatable(command, "--ocsp", options.ocsp_responses, "FILE",
                 "Staple this OCSP response (DER) to the certificate; several: in the order of --cert");
  add_repeatable(command, "--ech", options.ech, "FILE",
                 "Read ClientHellos that are hidden with this key of `keyway ech generate`; several: the first is what "
                 "clients with another are told to use, the others are old ones");
  add_repeatable(command, "--client-ca", options.client_anchors, "FILE",
                 "Ask clients for a certificate of the authorities in FILE (PEM or DER); one that is shown must be "
                 "good");
  command.add_flag("--require-client-cert", options.requires_client_certificate,
                   "Refuse clients that show none; with --client-ca");
  add_repeatable(command, "--ask-for-cert-at", options.asks_for_certificate_at, "PATH",
                 "Ask for a certificate of --client-ca only who wants PATH or what is below it, after the handshake, "
                 "and refuse without (403). TLS 1.3 alone, to clients that allow it; several times");
  command
      .add_option("--unknown-name", options.unknown_name,
                  "For names that no certificate covers: 'first' shows the first certificate, 'refuse' none "
                  "(default: first with one certificate, refuse with several)")
      ->check(CLI::IsMember({"first", "refuse"}));
  command.add_option("--threads", options.threads, "Threads; 0: one a core")->check(CLI::Range(0, 1024));
  command.add_option("--max-connections", options.max_connections, "Connections at once; more wait")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--drain", options.drain_seconds, "Seconds that requests under way get at the end")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  add_identity_options(command, options.identity);
  command
      .add_option("--psk-file", options.psk_file,
                  "Look clients' keys up in FILE (mode 0600), a line each: IDENTITY:KEY, the key in hexadecimal; read "
                  "again when it has changed. Else as --psk")
      ->type_name("FILE");
  command.add_flag("--early-data", options.takes_early,
                   "Answer GET and HEAD that clients who come back send at once; a ticket is good for it once. "
                   "Weakens: they can be replayed to another server, and have no forward secrecy");
  command.add_flag("--stateless-retry", options.retries_statelessly,
                   "Keep what a HelloRetryRequest needs in a cookie that the client gives back, bound to its address");
  command.add_flag("--kernel-tls", options.uses_kernel_tls,
                   "Have the kernel seal and open records, where it offers that, and send files by sendfile. Weakens: "
                   "the keys leave this process");
  command
      .add_option(
          "--hand-over", options.hand_over,
          "Take the place of the server that waits at this Unix socket (mode 0600): its port, and its connections, "
          "whose clients notice nothing; it then ends. With none there, start as ever, and wait there to be "
          "replaced. Weakens: the keys leave this process")
      ->type_name("SOCKET");
  add_tls_options(command, options.tls, "Application protocols to choose from, in order; 'none' for none");
  command.add_flag("--no-listings", options.has_no_listings, "Don't show what is in a folder without index.html");
  command.add_flag("--allow-expired", options.takes_expired, "Serve an expired certificate all the same");
  command.add_flag("-v,--verbose", options.is_verbose, "Tell each handshake step by step, on standard error");
  command.add_flag("-q,--quiet", options.is_quiet, "No line for each request");
  command.footer(
      "Without --cert, an authority for development and a certificate for localhost are made in\n"
      "~/.local/share/keyway/dev, and it is told how to trust them. SIGTERM and SIGINT stop the server once requests\n"
      "under way are answered; a second signal stops it at once.\n\n"
      "Examples:\n"
      "  keyway serve public/\n"
      "  keyway serve public/ --cert shop.pem --key shop-key.pem --listen 0.0.0.0:443\n"
      "  keyway serve public/ --cert a.pem --key a-key.pem --cert b.pem --key b-key.pem\n"
      "  keyway serve public/ --tlsv1.3 --groups X25519MLKEM768:x25519\n"
      "  keyway serve public/ --tls-max 1.2 --ciphers ECDHE-ECDSA-CHACHA20-POLY1305\n"
      "  keyway serve public/ --early-data\n"
      "  keyway serve public/ --cert a.pem --key a-key.pem --also-cert b.pem --also-key b-key.pem\n"
      "  keyway serve device/ --rpk device-key.pem\n"
      "  keyway serve device/ --psk device7:key.hex\n"
      "  keyway serve devices/ --psk-file keys.psk\n"
      "  keyway serve public/ --cert shop.pem --key shop-key.pem --kernel-tls\n"
      "  keyway serve public/ --hand-over /run/user/1000/keyway.sock    and once more, to replace it\n"
      "  keyway serve public/ --groups secp384r1 --stateless-retry -v\n"
      "  keyway serve public/ --cert shop.pem --key shop-key.pem --cert public.pem --key public-key.pem --ech ech.pem\n"
      "  keyway serve members/ --client-ca members.pem --require-client-cert\n"
      "  keyway serve public/ --client-ca members.pem --ask-for-cert-at /members/\n\n" +
      std::string(exit_codes_help()));
}

}  // namespace keyway::tool
