#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <keyway/credential.hpp>
#include <keyway/delegated_credential.hpp>

#include "authority/layout.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "tool/ca_common.hpp"

namespace keyway::tool {
namespace {

struct DelegateOptions {
  std::string certificate;
  std::string certificate_key;
  std::string key = "p256";
  std::string ttl = "24h";
  std::string out = "delegated.pem";
  bool force = false;
  bool json = false;
};

struct Kind {
  crypto::KeyType key;
  SignatureScheme scheme;
};

std::optional<Kind> kind_from(std::string_view text) {
  if (text == "p256") return Kind{crypto::KeyType::p256, SignatureScheme::ecdsa_secp256r1_sha256};
  if (text == "p384") return Kind{crypto::KeyType::p384, SignatureScheme::ecdsa_secp384r1_sha384};
  if (text == "ed25519") return Kind{crypto::KeyType::ed25519, SignatureScheme::ed25519};
  return std::nullopt;
}

/// The delegated credential and its key, as they stand in the file.
struct Made {
  Delegation delegation;
  std::string pem;
};

Result<Made> make(const DelegateOptions& options) {
  const auto lifetime = parse_ttl(options.ttl);
  if (!lifetime) return std::unexpected(lifetime.error());
  const auto kind = kind_from(options.key);
  if (!kind) return std::unexpected(fail(ErrorCode::InvalidArgument).at("--key").received(printable(options.key)));
  auto provider = crypto::make_provider();
  if (!provider) return std::unexpected(std::move(provider.error()));
  auto parent = Credential::from_files(options.certificate, options.certificate_key, **provider);
  if (!parent) return std::unexpected(std::move(parent.error()));
  const x509::CertificateView& leaf = (*parent)->leaf().view();
  auto key = (*provider)->generate_key(kind->key);
  if (!key) return std::unexpected(std::move(key.error()));
  const Time now = SystemClock().now();
  const DelegationRequest request{(*key)->subject_public_key_info(), kind->scheme,
                                  std::min(now + *lifetime, leaf.not_after)};
  auto delegation = delegate(leaf, *(*parent)->key(), request, now, **provider);
  if (!delegation) return std::unexpected(std::move(delegation.error()).at(options.certificate));
  auto der = (*key)->to_pkcs8();
  if (!der) return std::unexpected(std::move(der.error()));
  std::string key_pem = to_pem("PRIVATE KEY", *der);
  std::string pem = delegation->to_pem() + key_pem;
  wipe(*der);
  authority::wipe_text(key_pem);
  return Made{std::move(*delegation), std::move(pem)};
}

int run_delegate(const ToolContext& context, const DelegateOptions& options) {
  auto made = make(options);
  if (!made) return report(context, made.error());
  const auto existing = options.force ? Existing::replace : Existing::refuse;
  const auto written = write_file(options.out, as_bytes(made->pem), 0600, existing);
  authority::wipe_text(made->pem);
  if (!written) return report(context, written.error());
  const Delegation& delegation = made->delegation;
  if (options.json) {
    print_json({{"file", options.out},
                {"scheme", to_string(delegation.scheme)},
                {"signature_scheme", to_string(delegation.signature_scheme)},
                {"until", utc_iso(delegation.until)}});
    return ok();
  }
  fmt::print("{}\n\n",
             context.out.green("A delegated credential, for servers that are not to have the certificate's key."));
  fmt::print("  file    {}   with its key: keep it secret\n", printable(options.out));
  fmt::print("  signs   with {}\n", to_string(delegation.scheme));
  fmt::print("  valid   until {}\n\n", utc_text(delegation.until));
  fmt::print("Next: keyway serve DIR --cert '{}' --delegated-credential '{}'\n", printable(options.certificate),
             printable(options.out));
  return ok();
}

}  // namespace

void add_ca_delegate_command(CLI::App& ca, ToolContext& context) {
  auto options = std::make_shared<DelegateOptions>();
  CLI::App* command = ca.add_subcommand("delegate", "Delegate a certificate's key to another, for some days at most");
  command->add_option("--cert", options->certificate, "The certificate, PEM; issued with --delegation-usage")
      ->type_name("CHAIN.pem")
      ->required();
  command->add_option("--cert-key", options->certificate_key, "The private key to it, PEM")
      ->type_name("KEY.pem")
      ->required();
  command->add_option("--ttl", options->ttl, "How long it lasts: 24h, 90m, 7d at most")
      ->type_name("TIME")
      ->capture_default_str();
  command->add_option("--key", options->key, "The kind of key that is made")
      ->check(CLI::IsMember({"p256", "p384", "ed25519"}))
      ->type_name("KIND")
      ->capture_default_str();
  command->add_option("--out", options->out, "The file that the delegated credential and its key go to")
      ->type_name("FILE")
      ->capture_default_str();
  command->add_flag("--force", options->force, "Replace a file that is there");
  command->add_flag("--json", options->json, "Print the result as JSON");
  command->footer(
      "RFC 9345: whoever holds a certificate's key signs another key, for seven days at most, and servers prove\n"
      "themselves with that one. Clients must take it (keyway get --delegated-credentials; Firefox can); others need "
      "the\n"
      "certificate's own key beside it.\n\n"
      "Examples:\n"
      "  keyway ca issue shop.example.com --delegation-usage\n"
      "  keyway ca delegate --cert shop.example.com.pem --cert-key shop.example.com-key.pem --ttl 7d --out dc.pem\n"
      "  keyway serve public/ --cert shop.example.com.pem --delegated-credential dc.pem");
  command->callback(
      [options, &context] { context.run = [options, &context] { return run_delegate(context, *options); }; });
}

}  // namespace keyway::tool
