#include "x509/certificate_builder.hpp"

#include <array>
#include <utility>

namespace keyway::x509 {
namespace {

using crypto::SignatureAlgorithm;

namespace extension {
constexpr std::string_view subject_key_identifier = "2.5.29.14";
constexpr std::string_view key_usage = "2.5.29.15";
constexpr std::string_view subject_alternative_name = "2.5.29.17";
constexpr std::string_view basic_constraints = "2.5.29.19";
constexpr std::string_view name_constraints = "2.5.29.30";
constexpr std::string_view crl_distribution_points = "2.5.29.31";
constexpr std::string_view authority_key_identifier = "2.5.29.35";
constexpr std::string_view extended_key_usage = "2.5.29.37";
constexpr std::string_view authority_information_access = "1.3.6.1.5.5.7.1.1";
}  // namespace extension

struct SignatureIdentifier {
  std::string_view oid;
  bool null_parameters = false;
  std::string_view pss_hash = {};
  unsigned pss_salt = 0;
};

SignatureIdentifier identifier_of(SignatureAlgorithm algorithm) {
  constexpr std::string_view pss = "1.2.840.113549.1.1.10";
  switch (algorithm) {
    case SignatureAlgorithm::rsa_pkcs1_sha1:
      return {"1.2.840.113549.1.1.5", true};
    case SignatureAlgorithm::rsa_pkcs1_sha256:
      return {"1.2.840.113549.1.1.11", true};
    case SignatureAlgorithm::rsa_pkcs1_sha384:
      return {"1.2.840.113549.1.1.12", true};
    case SignatureAlgorithm::rsa_pkcs1_sha512:
      return {"1.2.840.113549.1.1.13", true};
    case SignatureAlgorithm::rsa_pss_sha256:
      return {pss, false, "2.16.840.1.101.3.4.2.1", 32};
    case SignatureAlgorithm::rsa_pss_sha384:
      return {pss, false, "2.16.840.1.101.3.4.2.2", 48};
    case SignatureAlgorithm::rsa_pss_sha512:
      return {pss, false, "2.16.840.1.101.3.4.2.3", 64};
    case SignatureAlgorithm::ecdsa_sha1:
      return {"1.2.840.10045.4.1"};
    case SignatureAlgorithm::ecdsa_sha256:
      return {"1.2.840.10045.4.3.2"};
    case SignatureAlgorithm::ecdsa_sha384:
      return {"1.2.840.10045.4.3.3"};
    case SignatureAlgorithm::ecdsa_sha512:
      return {"1.2.840.10045.4.3.4"};
    case SignatureAlgorithm::ed25519:
      return {"1.3.101.112"};
    case SignatureAlgorithm::mldsa44:
      return {"2.16.840.1.101.3.4.3.17"};
    case SignatureAlgorithm::mldsa65:
      return {"2.16.840.1.101.3.4.3.18"};
    case SignatureAlgorithm::mldsa87:
      return {"2.16.840.1.101.3.4.3.19"};
    case SignatureAlgorithm::dsa_sha1:
      return {"1.2.840.10040.4.3"};
  }
  std::unreachable();
}

/// RFC 4055 3.1, with MGF1 over the same hash.
void write_pss_parameters(DerWriter& writer, const SignatureIdentifier& identifier) {
  const auto write_hash = [&] {
    writer.sequence([&] {
      writer.oid(identifier.pss_hash);
      writer.null();
    });
  };
  writer.sequence([&] {
    writer.context(0, write_hash);
    writer.context(1, [&] {
      writer.sequence([&] {
        writer.oid("1.2.840.113549.1.1.8");
        write_hash();
      });
    });
    writer.context(2, [&] { writer.integer(identifier.pss_salt); });
  });
}

void write_general_name(DerWriter& writer, const OwnedGeneralName& name) {
  const auto tag = static_cast<std::uint8_t>(name.form);
  if (name.form == NameForm::directory_name) {
    writer.context(tag, [&] { writer.raw(name.value); });  // EXPLICIT: a Name is a CHOICE
  } else {
    writer.context_primitive(tag, name.value);
  }
}

void write_subtrees(DerWriter& writer, std::uint8_t tag, const std::vector<OwnedGeneralName>& names) {
  if (names.empty()) return;
  writer.context(tag, [&] {
    for (const OwnedGeneralName& name : names) writer.sequence([&] { write_general_name(writer, name); });
  });
}

void write_access_descriptions(DerWriter& writer, std::string_view method, const std::vector<std::string>& urls) {
  for (const std::string& url : urls) {
    writer.sequence([&] {
      writer.oid(method);
      write_general_name(writer, OwnedGeneralName::uri(url));
    });
  }
}

/// Writes the extensions one after the other.
class ExtensionsWriter {
 public:
  ExtensionsWriter(DerWriter& writer, const CertificateExtensions& extensions)
      : writer_(writer), extensions_(extensions) {}

  void write() {
    write_constraints();
    write_usages();
    write_names();
    write_key_identifiers();
    write_locations();
    for (const RawExtension& other : extensions_.others) {
      write_extension(writer_, other.oid, other.critical, other.value);
    }
  }

 private:
  template <typename Body>
  void add(std::string_view oid, bool critical, Body&& body) {
    write_extension(writer_, oid, critical, encode_der(body));
  }

  void write_constraints() {
    if (!extensions_.basic_constraints) return;
    const BasicConstraints& constraints = *extensions_.basic_constraints;
    add(extension::basic_constraints, true, [&](DerWriter& value) {
      value.sequence([&] {
        if (constraints.is_authority) value.boolean(true);
        if (constraints.path_length) value.integer(*constraints.path_length);
      });
    });
  }

  void write_usages() {
    if (extensions_.key_usage) {
      add(extension::key_usage, true, [&](DerWriter& value) { value.named_bits(extensions_.key_usage->bits); });
    }
    if (!extensions_.extended_key_usage.empty()) {
      add(extension::extended_key_usage, false, [&](DerWriter& value) {
        value.sequence([&] {
          for (const std::string& purpose : extensions_.extended_key_usage) value.oid(purpose);
        });
      });
    }
  }

  void write_names() {
    if (!extensions_.subject_alternative_names.empty()) {
      add(extension::subject_alternative_name, false, [&](DerWriter& value) {
        value.sequence([&] {
          for (const OwnedGeneralName& name : extensions_.subject_alternative_names) write_general_name(value, name);
        });
      });
    }
    if (!extensions_.permitted_names.empty() || !extensions_.excluded_names.empty()) {
      write_extension(writer_, extension::name_constraints, true,
                      encode_name_constraints(extensions_.permitted_names, extensions_.excluded_names));
    }
  }

  void write_key_identifiers() {
    if (!extensions_.subject_key_identifier.empty()) {
      add(extension::subject_key_identifier, false,
          [&](DerWriter& value) { value.octet_string(extensions_.subject_key_identifier); });
    }
    if (!extensions_.authority_key_identifier.empty()) {
      write_extension(writer_, extension::authority_key_identifier, false,
                      encode_authority_key_identifier(extensions_.authority_key_identifier));
    }
  }

  void write_locations() {
    if (!extensions_.crl_urls.empty()) {
      add(extension::crl_distribution_points, false, [&](DerWriter& value) {
        value.sequence([&] {
          for (const std::string& url : extensions_.crl_urls) write_distribution_point(value, url);
        });
      });
    }
    if (!extensions_.ocsp_urls.empty() || !extensions_.issuer_urls.empty()) {
      add(extension::authority_information_access, false, [&](DerWriter& value) {
        value.sequence([&] {
          write_access_descriptions(value, "1.3.6.1.5.5.7.48.1", extensions_.ocsp_urls);
          write_access_descriptions(value, "1.3.6.1.5.5.7.48.2", extensions_.issuer_urls);
        });
      });
    }
  }

  static void write_distribution_point(DerWriter& value, const std::string& url) {
    value.sequence([&] {
      value.context(0, [&] { value.context(0, [&] { write_general_name(value, OwnedGeneralName::uri(url)); }); });
    });
  }

  DerWriter& writer_;
  const CertificateExtensions& extensions_;
};

Bytes encode_tbs(const TbsCertificateFields& fields, SignatureAlgorithm algorithm) {
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      if (fields.version > 1) writer.context(0, [&] { writer.integer(fields.version - 1U); });
      writer.integer_bytes(fields.serial_number);
      write_algorithm(writer, algorithm);
      writer.raw(fields.issuer);
      writer.sequence([&] {
        writer.time(fields.not_before);
        writer.time(fields.not_after);
      });
      writer.raw(fields.subject);
      writer.raw(fields.subject_public_key_info);
      if (fields.version < 3) return;
      const Bytes extensions =
          encode_der([&](DerWriter& inner) { ExtensionsWriter(inner, fields.extensions).write(); });
      if (extensions.empty()) return;  // RFC 5280 4.1: the list is never empty
      writer.context(3, [&] { writer.sequence([&] { writer.raw(extensions); }); });
    });
  });
}

}  // namespace

OwnedGeneralName OwnedGeneralName::dns(std::string_view text) {
  return {NameForm::dns_name, Bytes(text.begin(), text.end())};
}
OwnedGeneralName OwnedGeneralName::uri(std::string_view text) {
  return {NameForm::uri, Bytes(text.begin(), text.end())};
}
OwnedGeneralName OwnedGeneralName::ip(const IpAddress& address) {
  const ByteView bytes = address.bytes();
  return {NameForm::ip_address, Bytes(bytes.begin(), bytes.end())};
}

Bytes encode_name(std::span<const NameAttribute> attributes) {
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      for (const NameAttribute& attribute : attributes) {
        writer.set([&] {
          writer.sequence([&] {
            writer.oid(attribute.type);
            if (attribute.type == attribute_type::country) {
              writer.printable_string(attribute.value);
            } else {
              writer.utf8_string(attribute.value);
            }
          });
        });
      }
    });
  });
}

crypto::SignatureAlgorithm issuing_algorithm(crypto::KeyType type) noexcept {
  switch (type) {
    case crypto::KeyType::rsa:
      return SignatureAlgorithm::rsa_pkcs1_sha256;
    case crypto::KeyType::rsa_pss:
      return SignatureAlgorithm::rsa_pss_sha256;
    case crypto::KeyType::p256:
      return SignatureAlgorithm::ecdsa_sha256;
    case crypto::KeyType::p384:
      return SignatureAlgorithm::ecdsa_sha384;
    case crypto::KeyType::p521:
      return SignatureAlgorithm::ecdsa_sha512;
    case crypto::KeyType::ed25519:
      return SignatureAlgorithm::ed25519;
    case crypto::KeyType::mldsa44:
      return SignatureAlgorithm::mldsa44;
    case crypto::KeyType::mldsa65:
      return SignatureAlgorithm::mldsa65;
    case crypto::KeyType::mldsa87:
      return SignatureAlgorithm::mldsa87;
    case crypto::KeyType::dsa:
      return SignatureAlgorithm::dsa_sha1;
  }
  std::unreachable();
}

void write_algorithm(DerWriter& writer, SignatureAlgorithm algorithm) {
  const SignatureIdentifier identifier = identifier_of(algorithm);
  writer.sequence([&] {
    writer.oid(identifier.oid);
    if (identifier.null_parameters) writer.null();
    if (!identifier.pss_hash.empty()) write_pss_parameters(writer, identifier);
  });
}

void write_extension(DerWriter& writer, std::string_view oid, bool critical, ByteView value) {
  writer.sequence([&] {
    writer.oid(oid);
    if (critical) writer.boolean(true);
    writer.octet_string(value);
  });
}

Bytes encode_name_constraints(const std::vector<OwnedGeneralName>& permitted,
                              const std::vector<OwnedGeneralName>& excluded) {
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      write_subtrees(writer, 0, permitted);
      write_subtrees(writer, 1, excluded);
    });
  });
}

Bytes encode_authority_key_identifier(ByteView identifier) {
  return encode_der([&](DerWriter& writer) { writer.sequence([&] { writer.context_primitive(0, identifier); }); });
}

Result<Bytes> key_identifier(const crypto::Provider& provider, ByteView subject_public_key_info) {
  const crypto::HashFunction* sha256 = provider.hash(crypto::HashAlgorithm::sha256);
  if (sha256 == nullptr) return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("key identifier, SHA-256"));
  crypto::HashState state;
  std::array<std::uint8_t, 32> digest{};
  sha256->start(state);
  sha256->update(state, subject_public_key_info);
  sha256->finish(state, digest);
  const ByteView kept = ByteView(digest).first(20);
  return Bytes(kept.begin(), kept.end());
}

Result<Bytes> sign_der(ByteView tbs, const crypto::PrivateKey& key, SignatureAlgorithm algorithm) {
  Bytes signature;
  if (auto signed_ = key.sign(algorithm, tbs, signature); !signed_) return std::unexpected(std::move(signed_.error()));
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      writer.raw(tbs);
      write_algorithm(writer, algorithm);
      writer.bit_string(signature);
    });
  });
}

Result<Bytes> sign_certificate(const TbsCertificateFields& fields, const crypto::PrivateKey& issuer_key,
                               SignatureAlgorithm algorithm) {
  return sign_der(encode_tbs(fields, algorithm), issuer_key, algorithm);
}

Result<Bytes> sign_certificate(const TbsCertificateFields& fields, const crypto::PrivateKey& issuer_key) {
  return sign_certificate(fields, issuer_key, issuing_algorithm(issuer_key.type()));
}

}  // namespace keyway::x509
