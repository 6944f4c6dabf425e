#include "authority/create.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "authority/kinds.hpp"
#include "authority/layout.hpp"
#include "authority/names.hpp"
#include "authority/sqlite_store.hpp"
#include "core/files.hpp"
#include "core/text.hpp"

namespace keyway::authority {
namespace {

constexpr std::chrono::days longest_lifetime{36'525};

/// A new issuer: its key, and its row of the register.
struct NewIssuer {
  std::unique_ptr<crypto::PrivateKey> key;
  IssuerRecord record;
  Bytes subject;
};

Result<void> check_options(const CreateOptions& options) {
  const auto refuse = [](std::string_view what, std::string_view expected) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at(what).expected(expected));
  };
  if (auto fits = check_attribute(options.organization, "organisation"); !fits) return fits;
  const bool lifetimes_fit =
      options.max_lifetime >= std::chrono::days(1) && options.intermediate_lifetime >= std::chrono::days(1) &&
      options.root_lifetime >= options.intermediate_lifetime && options.root_lifetime <= longest_lifetime;
  if (!lifetimes_fit) return refuse("lifetimes", "a day or more, the root's the longest and at most 100 years");
  const std::string& url = options.crl_url;
  // RFC 5280 4.2.1.13: plain HTTP, as fetching it over TLS would ask for the CRL again.
  const bool url_fits = url.empty() || (url.starts_with("http://") && url.size() <= 2000 &&
                                        std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; }));
  if (!url_fits) return refuse("CRL URL", "http://… in printable ASCII without blanks");
  return {};
}

/// Checks the folder, which is new or empty. One with a register holds an authority, or what is left of a creation that
/// was interrupted, which begins with the register. The caller holds its lock: another creation writes between two
/// looks.
Result<void> check_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  if (std::filesystem::exists(register_file(folder), failure)) return {};
  const std::filesystem::directory_iterator entries(folder, failure);
  if (failure) return std::unexpected(file_error(failure.value(), folder, ErrorCode::FileUnreadable));
  if (entries != std::filesystem::directory_iterator{}) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at(folder.string())
                               .expected("a new or an empty folder")
                               .received("one that holds " + printable(entries->path().filename().string()))
                               .advice("choose another folder with --dir"));
  }
  // One that was there may be open to others.
  if (::chmod(folder.c_str(), 0700) != 0) {
    return std::unexpected(file_error(errno, folder, ErrorCode::FileUnwritable));
  }
  return {};
}

/// A key, and a certificate for it signed by `parent` (or by itself, without one).
Result<NewIssuer> make_issuer(const Environment& environment, const CreateOptions& options, const NewIssuer* parent) {
  const crypto::Provider& provider = *environment.provider;
  const KeyKindFacts& kind = facts_of(options.key);
  NewIssuer issuer;
  auto key = provider.generate_key(kind.type, kind.rsa_bits);
  if (!key) return std::unexpected(std::move(key.error()));
  issuer.key = std::move(*key);

  const std::string role = parent == nullptr ? " Root" : " Intermediate";
  issuer.subject = make_subject(options.organization, options.organization + role);
  auto basis = make_basis(provider, *issuer.key, issuer.subject);
  if (!basis) return std::unexpected(std::move(basis.error()));
  const Time now = environment.clock->now();
  const std::chrono::seconds lifetime = parent == nullptr ? options.root_lifetime : options.intermediate_lifetime;
  const Validity bounds = parent == nullptr ? Validity{now - backdating, now + lifetime}
                                            : Validity{parent->record.not_before, parent->record.not_after};
  basis->validity = validity_within(bounds, now, lifetime, lifetime + backdating + std::chrono::seconds(1));
  basis->issuer = parent == nullptr ? IssuerIdentity{issuer.subject, basis->key_identifier}
                                    : IssuerIdentity{parent->subject, parent->record.key_identifier};

  issuer.record.role = parent == nullptr ? IssuerRole::root : IssuerRole::intermediate;
  issuer.record.key_identifier = basis->key_identifier;
  issuer.record.key_file = std::string(key_folder) + "/" + to_hex(basis->key_identifier) + ".pem";
  issuer.record.not_before = basis->validity.not_before;
  issuer.record.not_after = basis->validity.not_after;
  auto fields = parent == nullptr ? root_profile(std::move(*basis)) : intermediate_profile(std::move(*basis));
  auto der = x509::sign_certificate(fields, parent == nullptr ? *issuer.key : *parent->key);
  if (!der) return std::unexpected(std::move(der.error()));
  issuer.record.der = std::move(*der);
  return issuer;
}

Result<void> register_issuers(Store& store, const CreateOptions& options, NewIssuer& root, NewIssuer& intermediate) {
  if (auto set = store.set_settings({options.organization, options.crl_url, options.max_lifetime}); !set) return set;
  const auto root_id = store.add_issuer(root.record);
  if (!root_id) return std::unexpected(root_id.error());
  intermediate.record.parent = *root_id;
  const auto added = store.add_issuer(intermediate.record);
  if (!added) return std::unexpected(added.error());
  return {};
}

}  // namespace

Result<CertificateBasis> make_basis(const crypto::Provider& provider, const crypto::PrivateKey& key, Bytes subject) {
  CertificateBasis basis;
  auto serial = make_serial(provider.random());
  if (!serial) return std::unexpected(std::move(serial.error()));
  const ByteView public_key = key.subject_public_key_info();
  auto identifier = x509::key_identifier(provider, public_key);
  if (!identifier) return std::unexpected(std::move(identifier.error()));
  basis.serial = std::move(*serial);
  basis.subject = std::move(subject);
  basis.subject_public_key_info.assign(public_key.begin(), public_key.end());
  basis.key_identifier = std::move(*identifier);
  return basis;
}

Result<void> create_authority(const std::filesystem::path& folder, const CreateOptions& options,
                              const Environment& environment) {
  if (auto fit = check_options(options); !fit) return fit;
  if (auto made = make_folder(folder, 0700); !made) return made;
  const auto lock = FolderLock::take(folder);
  if (!lock) return std::unexpected(lock.error());
  if (auto fits = check_folder(folder); !fits) return fits;
  const auto store = SqliteStore::create(register_file(folder));
  if (!store) return std::unexpected(store.error());
  const auto present = (*store)->issuer(IssuerRole::intermediate);
  if (!present) return std::unexpected(present.error());
  if (*present) {
    return std::unexpected(fail(ErrorCode::AuthorityExists)
                               .at(folder.string())
                               .advice("use it as it is, or choose another folder with --dir"));
  }

  auto root = make_issuer(environment, options, nullptr);
  if (!root) return std::unexpected(std::move(root.error()));
  auto intermediate = make_issuer(environment, options, &*root);
  if (!intermediate) return std::unexpected(std::move(intermediate.error()));
  // The keys are on disk before the register speaks of them; that transaction is what makes the authority.
  if (auto made = make_folder(folder / key_folder, 0700); !made) return made;
  for (const NewIssuer* issuer : {&*root, &*intermediate}) {
    if (auto written = write_key(*issuer->key, folder / issuer->record.key_file); !written) return written;
  }
  return (*store)->transact([&] { return register_issuers(**store, options, *root, *intermediate); });
}

}  // namespace keyway::authority
