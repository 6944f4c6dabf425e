#include "tool/demo_stage.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "authority/layout.hpp"
#include "core/files.hpp"
#include "x509/crl_builder.hpp"

namespace keyway::tool {
namespace {

using authority::Authority;
using authority::IssuedCertificate;
using std::chrono::minutes;

constexpr minutes expired_issued_before{40};
constexpr minutes expired_lifetime{10};

constexpr std::string_view page =
    "<!doctype html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Example Shop</title></head>\n"
    "<body><h1>Welcome to the shop</h1>\n"
    "<p>You see the padlock: this page came from the shop that you asked for, and nobody else could read it.</p>\n"
    "</body></html>\n";

[[nodiscard]] authority::IssueRequest shop_request() {
  authority::IssueRequest request;
  request.names = {std::string(demo_name)};
  request.organization = std::string(demo_organization);
  return request;
}

[[nodiscard]] Time now() noexcept {
  return SystemClock().now();
}

}  // namespace

Result<DemoStage> DemoStage::set(const std::filesystem::path& folder) {
  auto provider = crypto::make_provider();
  if (!provider) return std::unexpected(std::move(provider).error());
  DemoStage stage(folder, std::move(*provider));

  authority::CreateOptions options;
  options.organization = "Example Authority";
  auto made = Authority::create(folder / "authority", options, {stage.provider_, nullptr});
  if (!made) return std::unexpected(std::move(made).error());
  stage.authority_ = std::move(*made);

  if (auto made_folder = make_folder(stage.page_folder(), 0755); !made_folder) {
    return std::unexpected(std::move(made_folder).error());
  }
  auto written = write_file(stage.page_folder() / "index.html", as_bytes(page), 0644);
  if (!written) return std::unexpected(std::move(written).error());
  return stage;
}

Result<IssuedCertificate> DemoStage::issue(authority::KeyKind key) {
  authority::IssueRequest request = shop_request();
  request.key = key;
  auto issued = authority_->issue(request);
  if (!issued) return issued;
  auto written = write_file(certificate_file(), as_bytes(issued->chain_pem()), 0644);
  if (!written) return std::unexpected(std::move(written).error());
  written = authority::write_key(*issued->key, key_file());
  if (!written) return std::unexpected(std::move(written).error());
  return issued;
}

Result<IssuedCertificate> DemoStage::issue_expired() {
  // The same authority, with its clock put back.
  const auto past = std::make_shared<FixedClock>(now() - expired_issued_before);
  auto before = Authority::open(authority_->folder(), {provider_, past});
  if (!before) return std::unexpected(std::move(before).error());
  authority::IssueRequest request = shop_request();
  request.lifetime = expired_lifetime;
  return before->issue(request);
}

Result<IssuedCertificate> DemoStage::issue_by_stranger() {
  authority::CreateOptions options;
  options.organization = "Unknown Authority";
  auto stranger = Authority::create(folder_ / "unknown-authority", options, {provider_, nullptr});
  if (!stranger) return std::unexpected(std::move(stranger).error());
  return stranger->issue(shop_request());
}

Result<DemoShop> DemoStage::open_shop(IssuedCertificate issued) const {
  std::vector<x509::Certificate> chain;
  for (Bytes& der : issued.chain) {
    auto certificate = x509::Certificate::from_der(std::move(der));
    if (!certificate) return std::unexpected(std::move(certificate).error());
    chain.push_back(std::move(*certificate));
  }
  auto credential = Credential::create(std::move(chain), std::move(issued.key), *provider_);
  if (!credential) return std::unexpected(std::move(credential).error());
  return open_shop(std::move(issued.record), std::move(*credential), default_policy());
}

Result<DemoShop> DemoStage::open_shop(authority::CertificateRecord record, std::shared_ptr<const Credential> credential,
                                      const Policy& policy) const {
  auto config = ServerConfig::Builder()
                    .add_credential(std::move(credential))
                    .unknown_name(UnknownName::use_default)
                    .alpn({"http/1.1"})
                    .policy(policy)
                    .provider(provider_)
                    .build();
  if (!config) return std::unexpected(std::move(config).error());

  net::FileServerOptions options;
  options.folder = page_folder();
  options.threads = 1;
  auto server = net::FileServer::start(std::move(*config), std::move(options));
  if (!server) return std::unexpected(std::move(server).error());
  return DemoShop{std::move(record), std::move(*server)};
}

Result<std::vector<x509::Crl>> DemoStage::sign_crls() {
  auto made = authority_->make_crl();
  if (!made) return std::unexpected(std::move(made).error());
  if (auto written = write_file(crl_file(), made->der, 0644); !written) {
    return std::unexpected(std::move(written).error());
  }
  auto of_intermediate = x509::Crl::from_der(std::move(made->der));
  if (!of_intermediate) return std::unexpected(std::move(of_intermediate).error());
  auto of_root = sign_root_crl();
  if (!of_root) return std::unexpected(std::move(of_root).error());
  std::vector<x509::Crl> crls;
  crls.push_back(std::move(*of_intermediate));
  crls.push_back(std::move(*of_root));
  return crls;
}

/// Keys are named after their identifiers, so the root's is looked for by what it is.
Result<std::unique_ptr<crypto::PrivateKey>> DemoStage::root_key() const {
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(authority_->folder() / authority::key_folder, failure)) {
    auto key = authority::read_key(*provider_, entry.path());
    if (!key) return key;
    const ByteView wanted = authority_->root().view().subject_public_key_info;
    if (std::ranges::equal((*key)->subject_public_key_info(), wanted)) return key;
  }
  return std::unexpected(fail(ErrorCode::FileNotFound).at("the root's key"));
}

Result<x509::Crl> DemoStage::sign_root_crl() const {
  const auto key = root_key();
  if (!key) return std::unexpected(key.error());
  const x509::CertificateView& root = authority_->root().view();
  const ByteView key_identifier = root.subject_key_identifier.value_or(ByteView{});
  x509::CrlFields fields;
  fields.issuer.assign(root.subject.der.begin(), root.subject.der.end());
  fields.authority_key_identifier.assign(key_identifier.begin(), key_identifier.end());
  fields.this_update = now();
  fields.next_update = now() + std::chrono::days(1);
  fields.number = 1;
  auto der = x509::sign_crl(fields, **key);
  if (!der) return std::unexpected(std::move(der).error());
  return x509::Crl::from_der(std::move(*der));
}

Result<std::shared_ptr<const ClientConfig>> DemoStage::client(std::vector<x509::Crl> crls, const Policy& policy,
                                                              std::shared_ptr<Observer> observer) const {
  auto anchors = std::make_shared<x509::TrustStore>();
  anchors->add(authority_->root());
  ClientConfig::Builder builder;
  builder.trust(std::move(anchors)).alpn({"http/1.1"}).policy(policy).provider(provider_).observe(std::move(observer));
  for (x509::Crl& crl : crls) builder.add_crl(std::move(crl));
  return builder.build();
}

Result<TemporaryFolder> TemporaryFolder::make() {
  const char* chosen = std::getenv("TMPDIR");
  const std::filesystem::path parent = chosen != nullptr && *chosen != '\0' ? chosen : "/tmp";
  std::string path = parent / "keyway-demo-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return std::unexpected(file_error(errno, path, ErrorCode::FileUnwritable)
                               .advice("set TMPDIR to a folder that you may write to, or name one with --dir"));
  }
  return TemporaryFolder(path);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace keyway::tool
