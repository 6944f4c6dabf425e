#include "tool/demo_acts.hpp"

#include <fmt/format.h>

namespace keyway::tool {

ServerConfig::Builder ActStage::server() const {
  ServerConfig::Builder builder;
  builder.provider(provider()).alpn({"http/1.1"}).unknown_name(UnknownName::use_default);
  return builder;
}

ClientConfig::Builder ActStage::client() const {
  ClientConfig::Builder builder;
  builder.provider(provider()).alpn({"http/1.1"});
  return builder;
}

std::shared_ptr<const x509::TrustStore> ActStage::trust() {
  auto store = std::make_shared<x509::TrustStore>();
  store->add(stage_.authority().root());
  return store;
}

Result<authority::IssuedCertificate> ActStage::issue(std::string_view name) {
  authority::IssueRequest request;
  request.names = {std::string(name)};
  request.may_delegate = true;
  return stage_.authority().issue(request);
}

Result<std::shared_ptr<const Credential>> ActStage::credential_for(std::string_view name) {
  auto issued = issue(name);
  if (!issued) return std::unexpected(std::move(issued.error()));
  auto chain = chain_of(*issued);
  if (!chain) return std::unexpected(std::move(chain.error()));
  return Credential::create(std::move(*chain), std::move(issued->key), *provider());
}

Result<void> ActStage::open(ServerConfig::Builder builder) {
  auto config = builder.build();
  if (!config) return std::unexpected(std::move(config.error()));
  net::FileServerOptions options;
  options.folder = stage_.page_folder();
  options.threads = 1;
  auto opened = net::FileServer::start(std::move(*config), std::move(options));
  if (!opened) return std::unexpected(std::move(opened.error()));
  shop_ = std::move(*opened);
  return {};
}

Result<Visit> ActStage::visit(const std::shared_ptr<const ClientConfig>& config, bool early) const {
  auto url = net::Url::parse(fmt::format("https://{}:{}/", demo_name, shop_->port()));
  if (!url) return std::unexpected(std::move(url.error()));
  net::FetchOptions options;
  options.sends_early = early;
  options.connect.overrides.push_back({std::string(demo_name), shop_->port(), *IpAddress::parse("127.0.0.1")});
  auto response = net::fetch(*url, config, options);
  if (!response) return std::unexpected(std::move(response.error()));
  const bool has_page = response->status == 200 && response->body_bytes > 0;
  return Visit{std::move(*response), has_page};
}

Result<std::vector<x509::Certificate>> chain_of(const authority::IssuedCertificate& issued) {
  std::vector<x509::Certificate> chain;
  for (const Bytes& der : issued.chain) {
    auto certificate = x509::Certificate::from_der(der);
    if (!certificate) return std::unexpected(std::move(certificate.error()));
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

}  // namespace keyway::tool
