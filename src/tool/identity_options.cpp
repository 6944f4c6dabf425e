#include "tool/identity_options.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include <keyway/certificate.hpp>

#include "core/files.hpp"
#include "core/text.hpp"

namespace keyway::tool {
namespace {

/// The key that a peer is to have: of a block PUBLIC KEY, or of the first certificate.
Result<Bytes> load_pin(const std::string& file) {
  auto text = read_file(file);
  if (!text) return std::unexpected(std::move(text.error()));
  if (auto blocks = parse_pem(as_text(*text))) {
    const auto key = std::ranges::find(*blocks, "PUBLIC KEY", &PemBlock::label);
    if (key != blocks->end()) return std::move(key->data);
  }
  auto certificates = x509::Certificate::all_from(*text);
  if (!certificates) {
    return std::unexpected(fail(ErrorCode::InvalidPem)
                               .at("--pin " + file)
                               .expected("a block PUBLIC KEY, or a certificate")
                               .advice("openssl pkey -in KEY.pem -pubout writes the public key of a private one"));
  }
  const ByteView spki = certificates->front().view().subject_public_key_info;
  return Bytes(spki.begin(), spki.end());
}

std::string_view without_space(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// A file that holds a key in hexadecimal, as `openssl rand -hex 32` writes it.
Result<Bytes> load_secret(const std::string& file) {
  constexpr std::size_t most = 1024;
  auto text = read_file(file, most);
  if (!text) return std::unexpected(std::move(text.error()));
  auto secret = from_hex(without_space(as_text(*text)));
  wipe(*text);
  if (secret) return secret;
  return std::unexpected(fail(ErrorCode::InvalidHex)
                             .at(file)
                             .expected("a key in hexadecimal, of 16 bytes at least")
                             .advice("openssl rand -hex 32 > FILE makes one, for both ends"));
}

Result<std::shared_ptr<const ExternalPsk>> make_psk(const IdentityOptions& options, const std::string& text,
                                                    Side side) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string::npos || colon + 1 == text.size()) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument).at("--psk").expected("IDENTITY:FILE").received(printable(text)));
  }
  auto secret = load_secret(text.substr(colon + 1));
  if (!secret) return std::unexpected(std::move(secret.error()).at("--psk"));
  const ExternalPsk::Key key{.identity = as_bytes(text).first(colon), .secret = *secret};
  auto psk = bind_psk(options, side, key);
  wipe(*secret);
  if (!psk) return std::unexpected(std::move(psk.error()).at("--psk " + printable(text)));
  return psk;
}

}  // namespace

void add_identity_options(CLI::App& command, IdentityOptions& options) {
  command
      .add_option("--rpk", options.raw_keys,
                  "Show the public key of this private key (PEM) in a certificate's place (RFC 7250), to who pins it")
      ->type_name("KEY.pem")
      ->allow_extra_args(false);
  command
      .add_option("--pin", options.pins,
                  "Take a peer that shows this public key (PEM, or a certificate's) in a certificate's place; several: "
                  "any of them")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option("--psk", options.psks,
                  "Know each other by a key that both ends were given: its name, and a file with the key in "
                  "hexadecimal. TLS 1.3 alone")
      ->type_name("IDENTITY:FILE")
      ->allow_extra_args(false);
  CLI::Option* names =
      command
          .add_option("--psk-names", options.psk_names,
                      "Bind --psk to the names of both ends, so that no node takes itself for its peer")
          ->type_name("OWN,PEER");
  command
      .add_flag("--psk-plain", options.has_plain_psks,
                "Use --psk as it is, without RFC 9258's importer, for peers that know nothing else (openssl). Weakens")
      ->excludes(names);
}

Result<std::shared_ptr<const ExternalPsk>> bind_psk(const IdentityOptions& options, Side side,
                                                    const ExternalPsk::Key& key) {
  if (options.has_plain_psks) return ExternalPsk::without_importer(side, key);
  if (options.psk_names.empty()) return ExternalPsk::in_context(side, {}, key);
  const std::size_t comma = options.psk_names.find(',');
  return ExternalPsk::between(side, options.psk_names.substr(0, comma),
                              comma == std::string::npos ? "" : options.psk_names.substr(comma + 1), key);
}

Result<Identities> load_identities(const IdentityOptions& options, Side side, const crypto::Provider& provider) {
  Identities identities;
  for (const std::string& file : options.raw_keys) {
    auto pem = read_file(file);
    if (!pem) return std::unexpected(std::move(pem.error()));
    auto credential = Credential::raw_public_key_from_pem(as_text(*pem), provider);
    wipe(*pem);
    if (!credential) return std::unexpected(std::move(credential.error()).at("--rpk " + file));
    identities.raw_keys.push_back(std::move(*credential));
  }
  for (const std::string& file : options.pins) {
    auto pin = load_pin(file);
    if (!pin) return std::unexpected(std::move(pin.error()));
    identities.pins.push_back(std::move(*pin));
  }
  for (const std::string& text : options.psks) {
    auto psk = make_psk(options, text, side);
    if (!psk) return std::unexpected(std::move(psk.error()));
    identities.psks.push_back(std::move(*psk));
  }
  return identities;
}

}  // namespace keyway::tool
