#include <keyway/authority.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "authority/create.hpp"
#include "authority/kinds.hpp"
#include "authority/layout.hpp"
#include "authority/names.hpp"
#include "authority/profile.hpp"
#include "authority/sqlite_store.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "x509/crl_builder.hpp"

namespace keyway::authority {
namespace {

constexpr std::chrono::minutes shortest_lifetime{1};
constexpr std::chrono::days crl_lifetime{7};

template <typename T>
std::unexpected<Error> pass_on(Result<T>& result) {
  return std::unexpected(std::move(result.error()));
}

Bytes copy(ByteView bytes) {
  return Bytes(bytes.begin(), bytes.end());
}

/// Without leading zeros, as the register keeps serials.
ByteView trimmed(ByteView serial) {
  while (!serial.empty() && serial.front() == 0) serial = serial.subspan(1);
  return serial;
}

Result<Environment> complete(Environment environment) {
  if (!environment.clock) environment.clock = std::make_shared<SystemClock>();
  if (!environment.provider) {
    auto provider = crypto::make_provider();
    if (!provider) return pass_on(provider);
    environment.provider = std::move(*provider);
  }
  return environment;
}

Error missing(const std::filesystem::path& folder) {
  return fail(ErrorCode::AuthorityMissing)
      .at(folder.string())
      .advice("make one with `keyway ca init`, or name the folder of yours with --dir");
}

/// Is there a register in the folder, as far as can be seen?
Result<void> check_folder(const std::filesystem::path& folder) {
  struct stat status{};
  if (::stat(register_file(folder).c_str(), &status) == 0) return {};
  if (errno == ENOENT || errno == ENOTDIR) return std::unexpected(missing(folder));
  return std::unexpected(file_error(errno, folder, ErrorCode::FileUnreadable));
}

/// A copy of what the register holds, for people and web servers; put back where it went missing.
Result<void> ensure_certificate_file(const std::filesystem::path& path, const x509::Certificate& certificate) {
  const std::string pem = certificate.to_pem();
  if (const auto present = read_file(path); present && as_text(*present) == pem) return {};
  return write_file(path, as_bytes(pem), 0644);
}

}  // namespace

std::string CertificateRecord::serial_hex() const {
  return to_hex(serial);
}

std::string IssuedCertificate::chain_pem() const {
  std::string text;
  for (const Bytes& certificate : chain) text += to_pem("CERTIFICATE", certificate);
  return text;
}

Result<std::string> IssuedCertificate::key_pem() const {
  auto der = key->to_pkcs8();
  if (!der) return pass_on(der);
  std::string text = to_pem("PRIVATE KEY", *der);
  wipe(*der);
  return text;
}

struct Authority::State {
  std::filesystem::path folder;
  Environment environment;
  std::unique_ptr<Store> store;
  Settings settings;
  RowId intermediate_id = 0;
  x509::Certificate root;
  x509::Certificate intermediate;
  std::unique_ptr<crypto::PrivateKey> intermediate_key;

  [[nodiscard]] Time now() const { return environment.clock->now(); }

  [[nodiscard]] IssuerIdentity identity() const {
    const x509::CertificateView& view = intermediate.view();
    return {copy(view.subject.der), copy(view.subject_key_identifier.value_or(ByteView{}))};
  }

  [[nodiscard]] Result<void> check_validity() const;
  [[nodiscard]] Result<std::chrono::seconds> lifetime_of(const IssueRequest& request) const;
  [[nodiscard]] Result<CertificateRecord> revoke(ByteView serial, std::optional<ByteView> der, RevocationReason reason);
};

Result<void> Authority::State::check_validity() const {
  const x509::CertificateView& issuer = intermediate.view();
  if (now() < issuer.not_before) {
    return std::unexpected(
        fail(ErrorCode::CertificateNotYetValid).at("intermediate").advice("check the clock of this machine"));
  }
  if (now() >= issuer.not_after) {
    return std::unexpected(fail(ErrorCode::CertificateExpired)
                               .at("intermediate")
                               .advice("make a new authority with `keyway ca init` and have its root trusted"));
  }
  return {};
}

Result<std::chrono::seconds> Authority::State::lifetime_of(const IssueRequest& request) const {
  const std::chrono::seconds longest = settings.max_lifetime;
  const std::chrono::seconds wanted = request.lifetime.value_or(longest);
  if (wanted >= shortest_lifetime && wanted <= longest) return wanted;
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("lifetime")
                             .expected("1 minute to " + std::to_string(settings.max_lifetime.count()) + " days")
                             .received(std::to_string(wanted.count()) + " seconds")
                             .advice("browsers refuse certificates that last longer than 397 days"));
}

Authority::Authority(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;
Authority::~Authority() = default;

Result<Authority> Authority::create(const std::filesystem::path& folder, const CreateOptions& options,
                                    Environment environment) {
  auto complete_environment = complete(std::move(environment));
  if (!complete_environment) return pass_on(complete_environment);
  if (auto created = create_authority(folder, options, *complete_environment); !created) return pass_on(created);
  return open(folder, std::move(*complete_environment));
}

Result<Authority> Authority::open(const std::filesystem::path& folder, Environment environment) {
  auto complete_environment = complete(std::move(environment));
  if (!complete_environment) return pass_on(complete_environment);
  if (auto present = check_folder(folder); !present) return pass_on(present);

  auto store = SqliteStore::open(register_file(folder));
  if (!store) return pass_on(store);
  auto settings = (*store)->settings();
  if (!settings) return pass_on(settings);
  auto root_record = (*store)->issuer(IssuerRole::root);
  if (!root_record) return pass_on(root_record);
  auto record = (*store)->issuer(IssuerRole::intermediate);
  if (!record) return pass_on(record);
  if (!*root_record || !*record) return std::unexpected(missing(folder));

  auto root = x509::Certificate::from_der(std::move((*root_record)->der));
  if (!root) return pass_on(root);
  auto intermediate = x509::Certificate::from_der(std::move((*record)->der));
  if (!intermediate) return pass_on(intermediate);
  auto key = read_key(*complete_environment->provider, folder / (*record)->key_file);
  if (!key) return pass_on(key);
  if (!std::ranges::equal((*key)->subject_public_key_info(), intermediate->view().subject_public_key_info)) {
    return std::unexpected(fail(ErrorCode::KeyMismatch)
                               .at((folder / (*record)->key_file).string())
                               .expected("the key of the intermediate")
                               .advice("restore the folder from a backup"));
  }

  Authority authority(
      std::make_unique<State>(State{folder, std::move(*complete_environment), std::move(*store), std::move(*settings),
                                    (*record)->id, std::move(*root), std::move(*intermediate), std::move(*key)}));
  if (auto put = ensure_certificate_file(authority.root_file(), authority.root()); !put) return pass_on(put);
  if (auto put = ensure_certificate_file(authority.intermediate_file(), authority.intermediate()); !put) {
    return pass_on(put);
  }
  return authority;
}

Result<IssuedCertificate> Authority::issue(const IssueRequest& request) {
  State& state = *state_;
  auto names = parse_certificate_names(request.names);
  if (!names) return pass_on(names);
  const std::string owner = request.organization.value_or(state.settings.organization);
  if (auto fits = check_attribute(owner, "organisation"); !fits) return pass_on(fits);
  const auto lifetime = state.lifetime_of(request);
  if (!lifetime) return std::unexpected(lifetime.error());
  if (auto valid = state.check_validity(); !valid) return pass_on(valid);

  const crypto::Provider& provider = *state.environment.provider;
  const KeyKindFacts& kind = facts_of(request.key);
  auto key = provider.generate_key(kind.type, kind.rsa_bits);
  if (!key) return pass_on(key);
  auto basis = make_basis(provider, **key, make_subject(owner, names->front().text));
  if (!basis) return pass_on(basis);
  const Time now = state.now();
  const x509::CertificateView& issuer = state.intermediate.view();
  basis->issuer = state.identity();
  basis->validity = validity_within({issuer.not_before, issuer.not_after}, now, *lifetime, state.settings.max_lifetime);

  IssuedCertificate issued;
  issued.shortened = basis->validity.not_after == issuer.not_after && now + *lifetime > issuer.not_after;
  issued.record.serial = basis->serial;
  issued.record.subject = x509::DistinguishedNameView{basis->subject}.to_string();
  issued.record.owner = owner;
  for (const CertificateName& name : *names) issued.record.names.push_back(name.text);
  issued.record.key = request.key;
  issued.record.issued_at = now;
  issued.record.not_before = basis->validity.not_before;
  issued.record.not_after = basis->validity.not_after;

  auto der = x509::sign_certificate(
      server_profile(std::move(*basis), *names, kind.type, state.settings.crl_url, request.may_delegate),
      *state.intermediate_key);
  if (!der) return pass_on(der);
  issued.record.der = *der;
  issued.chain = {std::move(*der), copy(state.intermediate.der())};
  issued.key = std::move(*key);

  // Registered before anybody sees it: what is out there can always be revoked.
  auto registered =
      state.store->transact([&] { return state.store->add_certificate(state.intermediate_id, issued.record); });
  if (!registered) return pass_on(registered);
  return issued;
}

// NOLINTNEXTLINE(readability-make-member-function-const): the store that it changes is the state
Result<CertificateRecord> Authority::State::revoke(ByteView serial, std::optional<ByteView> der,
                                                   RevocationReason reason) {
  CertificateRecord revoked;
  const auto done = store->transact([&]() -> Result<void> {
    auto found = store->certificate(intermediate_id, trimmed(serial));
    if (!found) return pass_on(found);
    if (!*found || (der && !std::ranges::equal(*der, (*found)->der))) {
      return std::unexpected(
          fail(ErrorCode::UnknownSerial)
              .at("serial " + to_hex(trimmed(serial).first(std::min<std::size_t>(20, trimmed(serial).size()))))
              .advice("`keyway ca list` shows what this authority issued"));
    }
    revoked = std::move(**found);
    if (revoked.revoked_at) {
      return std::unexpected(fail(ErrorCode::AlreadyRevoked)
                                 .at("serial " + revoked.serial_hex())
                                 .advice("nothing is left to do; `keyway ca crl` signs a list with it"));
    }
    revoked.revoked_at = now();
    revoked.reason = reason;
    return store->set_revoked(intermediate_id, revoked.serial, *revoked.revoked_at, reason);
  });
  if (!done) return std::unexpected(done.error());
  return revoked;
}

Result<CertificateRecord> Authority::revoke(ByteView serial, RevocationReason reason) {
  return state_->revoke(serial, std::nullopt, reason);
}

Result<CertificateRecord> Authority::revoke(const x509::Certificate& certificate, RevocationReason reason) {
  return state_->revoke(certificate.view().serial_number, certificate.der(), reason);
}

Result<std::vector<CertificateRecord>> Authority::list() const {
  return state_->store->certificates();
}

Result<IssuedCrl> Authority::make_crl() {
  State& state = *state_;
  if (auto valid = state.check_validity(); !valid) return pass_on(valid);
  IssuedCrl crl;
  crl.this_update = state.now();
  crl.next_update = crl.this_update + crl_lifetime;
  const auto done = state.store->transact([&]() -> Result<void> {
    const auto last = state.store->last_crl_number(state.intermediate_id);
    if (!last) return std::unexpected(last.error());
    crl.number = *last + 1;
    // RFC 5280 3.3: an entry stays until a list after the certificate's end has carried it.
    auto revoked = state.store->revoked(state.intermediate_id, crl.this_update - crl_lifetime);
    if (!revoked) return pass_on(revoked);
    crl.entries = revoked->size();

    const IssuerIdentity issuer = state.identity();
    x509::CrlFields fields;
    fields.issuer = issuer.name;
    fields.authority_key_identifier = issuer.key_identifier;
    fields.this_update = crl.this_update;
    fields.next_update = crl.next_update;
    fields.number = crl.number;
    for (const CertificateRecord& each : *revoked) {
      fields.entries.push_back({each.serial, *each.revoked_at, static_cast<std::uint8_t>(each.reason), {}});
    }
    auto der = x509::sign_crl(fields, *state.intermediate_key);
    if (!der) return pass_on(der);
    crl.der = std::move(*der);
    return state.store->add_crl(state.intermediate_id, crl);
  });
  if (!done) return std::unexpected(done.error());
  return crl;
}

const x509::Certificate& Authority::root() const noexcept {
  return state_->root;
}
const x509::Certificate& Authority::intermediate() const noexcept {
  return state_->intermediate;
}
const std::string& Authority::organization() const noexcept {
  return state_->settings.organization;
}
std::chrono::days Authority::max_lifetime() const noexcept {
  return state_->settings.max_lifetime;
}
const std::filesystem::path& Authority::folder() const noexcept {
  return state_->folder;
}
std::filesystem::path Authority::root_file() const {
  return state_->folder / "root.pem";
}
std::filesystem::path Authority::intermediate_file() const {
  return state_->folder / "intermediate.pem";
}

}  // namespace keyway::authority
