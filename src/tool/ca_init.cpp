#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "tool/ca_common.hpp"

namespace keyway::tool {
namespace {

using authority::Authority;

struct InitOptions : CaOptions {
  std::string name = "Keyway";
  std::string key = "p256";
  std::string crl_url;
};

void print_made(const ToolContext& context, const Authority& made, const std::string& name) {
  fmt::print("{}\n\n", context.out.green(fmt::format("The authority of {} is made.", printable(name))));
  fmt::print("  root          {}   for whoever is to trust your servers\n", made.root_file().string());
  fmt::print("  intermediate  {}   signs your servers' certificates\n", made.intermediate_file().string());
  fmt::print("  valid         until {}\n", utc_text(made.root().view().not_after));
  fmt::print("  keys          {}/keys   keep the whole folder secret, and back it up\n\n", made.folder().string());
  fmt::print("Next: keyway ca issue shop.localhost --dir {}\n", made.folder().string());
}

int run_init(const ToolContext& context, const InitOptions& options) {
  authority::CreateOptions create;
  create.organization = options.name;
  create.key = authority::key_kind_from(options.key).value_or(authority::KeyKind::p256);
  create.crl_url = options.crl_url;
  const auto made = Authority::create(options.folder, create);
  if (!made) return report(context, made.error());
  if (options.json) {
    print_json({{"dir", made->folder().string()},
                {"organization", made->organization()},
                {"root", made->root_file().string()},
                {"intermediate", made->intermediate_file().string()},
                {"not_after", utc_iso(made->root().view().not_after)}});
  } else {
    print_made(context, *made, options.name);
  }
  return ok();
}

}  // namespace

void add_ca_init_command(CLI::App& ca, ToolContext& context) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command = ca.add_subcommand("init", "Make an authority: a root, and an intermediate that it signs");
  command->add_option("--name", options->name, "The organisation that stands behind it")
      ->type_name("ORG")
      ->capture_default_str();
  command->add_option("--key", options->key, "The kind of its two keys")
      ->check(CLI::IsMember({"p256", "p384", "ed25519", "rsa2048", "rsa3072"}))
      ->type_name("KIND")
      ->capture_default_str();
  command->add_option("--crl-url", options->crl_url, "Where the list of `keyway ca crl` will be found (http://…)")
      ->type_name("URL");
  add_ca_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  keyway ca init --name \"Example Shop\"\n"
      "  keyway ca init --name \"Example Shop\" --dir /srv/authority --key p384\n"
      "  keyway ca init --crl-url http://ca.example.com/intermediate.crl");
  command->callback([options, &context] { context.run = [options, &context] { return run_init(context, *options); }; });
}

}  // namespace keyway::tool
