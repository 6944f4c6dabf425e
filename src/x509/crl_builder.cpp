#include "x509/crl_builder.hpp"

namespace keyway::x509 {
namespace {

void write_extensions(DerWriter& writer, ByteView extensions) {
  if (!extensions.empty()) writer.sequence([&] { writer.raw(extensions); });
}

Bytes encode_entry_extensions(const CrlEntryFields& entry) {
  return encode_der([&](DerWriter& writer) {
    if (entry.reason.value_or(0) != 0) {
      const Bytes reason = encode_der([&](DerWriter& value) { value.enumerated(*entry.reason); });
      write_extension(writer, "2.5.29.21", false, reason);
    }
    for (const RawExtension& other : entry.others) write_extension(writer, other.oid, other.critical, other.value);
  });
}

void write_entry(DerWriter& writer, const CrlEntryFields& entry) {
  writer.sequence([&] {
    writer.integer_bytes(entry.serial_number);
    writer.time(entry.revoked_at);
    write_extensions(writer, encode_entry_extensions(entry));
  });
}

Bytes encode_list_extensions(const CrlFields& fields) {
  return encode_der([&](DerWriter& writer) {
    if (!fields.authority_key_identifier.empty()) {
      write_extension(writer, "2.5.29.35", false, encode_authority_key_identifier(fields.authority_key_identifier));
    }
    if (fields.number) {
      const Bytes number = encode_der([&](DerWriter& value) { value.integer(*fields.number); });
      write_extension(writer, "2.5.29.20", false, number);
    }
    for (const RawExtension& other : fields.others) write_extension(writer, other.oid, other.critical, other.value);
  });
}

Bytes encode_tbs(const CrlFields& fields, crypto::SignatureAlgorithm algorithm) {
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      writer.integer(1);  // v2
      write_algorithm(writer, algorithm);
      writer.raw(fields.issuer);
      writer.time(fields.this_update);
      if (fields.next_update) writer.time(*fields.next_update);
      if (!fields.entries.empty()) {  // RFC 5280 5.1.2.6: absent, not empty
        writer.sequence([&] {
          for (const CrlEntryFields& entry : fields.entries) write_entry(writer, entry);
        });
      }
      const Bytes extensions = encode_list_extensions(fields);
      if (!extensions.empty()) writer.context(0, [&] { write_extensions(writer, extensions); });
    });
  });
}

}  // namespace

Result<Bytes> sign_crl(const CrlFields& fields, const crypto::PrivateKey& issuer_key,
                       crypto::SignatureAlgorithm algorithm) {
  return sign_der(encode_tbs(fields, algorithm), issuer_key, algorithm);
}

Result<Bytes> sign_crl(const CrlFields& fields, const crypto::PrivateKey& issuer_key) {
  return sign_crl(fields, issuer_key, issuing_algorithm(issuer_key.type()));
}

}  // namespace keyway::x509
