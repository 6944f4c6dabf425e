#include "x509/ocsp_builder.hpp"

#include <string_view>
#include <utility>

namespace keyway::x509 {
namespace {

std::string_view hash_identifier(crypto::HashAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case crypto::HashAlgorithm::sha1:
      return "1.3.14.3.2.26";
    case crypto::HashAlgorithm::sha256:
      return "2.16.840.1.101.3.4.2.1";
    case crypto::HashAlgorithm::sha384:
      return "2.16.840.1.101.3.4.2.2";
    case crypto::HashAlgorithm::sha512:
      return "2.16.840.1.101.3.4.2.3";
  }
  return "1.3.14.3.2.26";
}

void write_extensions(DerWriter& writer, const std::vector<RawExtension>& extensions) {
  if (extensions.empty()) return;
  writer.context(1, [&] {
    writer.sequence([&] {
      for (const RawExtension& one : extensions) write_extension(writer, one.oid, one.critical, one.value);
    });
  });
}

void write_status(DerWriter& writer, const SingleResponseFields& fields) {
  if (fields.status != SingleResponse::Status::revoked) {
    return writer.context_primitive(fields.status == SingleResponse::Status::good ? 0 : 2, ByteView());
  }
  writer.context(1, [&] {
    writer.generalized_time(fields.revocation_time);
    if (fields.revocation_reason) writer.context(0, [&] { writer.enumerated(*fields.revocation_reason); });
  });
}

/// Contents octets of the INTEGER that has these bytes as its magnitude.
Bytes integer_contents(ByteView magnitude) {
  Bytes integer = encode_der([&](DerWriter& writer) { writer.integer_bytes(magnitude); });
  return Bytes(integer.begin() + 2, integer.end());
}

void write_single(DerWriter& writer, const SingleResponseFields& fields) {
  writer.sequence([&] {
    write_cert_id(writer, fields.issuer, integer_contents(fields.serial_number));
    write_status(writer, fields);
    writer.generalized_time(fields.this_update);
    if (fields.next_update) writer.context(0, [&] { writer.generalized_time(*fields.next_update); });
    write_extensions(writer, fields.others);
  });
}

std::vector<RawExtension> response_extensions(const OcspResponseFields& fields) {
  std::vector<RawExtension> all = fields.others;
  if (!fields.nonce.empty()) {
    all.push_back({"1.3.6.1.5.5.7.48.1.2", false,
                   encode_der([&](DerWriter& writer) { writer.octet_string(ByteView(fields.nonce)); })});
  }
  return all;
}

Bytes encode_response_data(const OcspResponseFields& fields) {
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      if (fields.responder_name.empty()) {
        writer.context(2, [&] { writer.octet_string(ByteView(fields.responder_key_hash)); });
      } else {
        writer.context(1, [&] { writer.raw(fields.responder_name); });
      }
      writer.generalized_time(fields.produced_at);
      writer.sequence([&] {
        for (const SingleResponseFields& one : fields.responses) write_single(writer, one);
      });
      write_extensions(writer, response_extensions(fields));
    });
  });
}

void write_certificates(DerWriter& writer, const std::vector<Bytes>& certificates) {
  if (certificates.empty()) return;
  writer.context(0, [&] {
    writer.sequence([&] {
      for (const Bytes& certificate : certificates) writer.raw(certificate);
    });
  });
}

}  // namespace

void write_cert_id(DerWriter& writer, const IssuerHashes& issuer, ByteView serial_number) {
  writer.sequence([&] {
    writer.sequence([&] {
      writer.oid(hash_identifier(issuer.algorithm));
      writer.null();
    });
    writer.octet_string(ByteView(issuer.name));
    writer.octet_string(ByteView(issuer.key));
    writer.element(DerWriter::integer_tag, serial_number);
  });
}

Result<IssuerHashes> IssuerHashes::of(const crypto::Provider& provider, const CertificateView& issuer,
                                      crypto::HashAlgorithm algorithm) {
  IssuerHashes hashes{algorithm, hash_of(provider, algorithm, issuer.subject.der),
                      key_hash(provider, algorithm, issuer.subject_public_key_info)};
  if (hashes.name.empty() || hashes.key.empty()) {
    return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("CertID, hashAlgorithm"));
  }
  return hashes;
}

Result<Bytes> sign_ocsp_response(const OcspResponseFields& fields, const crypto::PrivateKey& key,
                                 crypto::SignatureAlgorithm algorithm) {
  const Bytes data = encode_response_data(fields);
  Bytes signature;
  if (auto made = key.sign(algorithm, data, signature); !made) return std::unexpected(std::move(made.error()));
  const Bytes basic = encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      writer.raw(data);
      write_algorithm(writer, algorithm);
      writer.bit_string(signature);
      write_certificates(writer, fields.certificates);
    });
  });
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      writer.enumerated(static_cast<std::uint8_t>(OcspResponseStatus::successful));
      writer.context(0, [&] {
        writer.sequence([&] {
          writer.oid("1.3.6.1.5.5.7.48.1.1");
          writer.octet_string(ByteView(basic));
        });
      });
    });
  });
}

Result<Bytes> sign_ocsp_response(const OcspResponseFields& fields, const crypto::PrivateKey& key) {
  return sign_ocsp_response(fields, key, issuing_algorithm(key.type()));
}

Bytes encode_ocsp_error(OcspResponseStatus status) {
  return encode_der(
      [&](DerWriter& writer) { writer.sequence([&] { writer.enumerated(static_cast<std::uint8_t>(status)); }); });
}

}  // namespace keyway::x509
