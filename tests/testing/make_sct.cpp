#include "testing/make_sct.hpp"

#include <cstdlib>
#include <utility>

#include "core/writer.hpp"
#include "x509/ocsp.hpp"

namespace keyway::testing {
namespace {

Bytes sha256(ByteView data) {
  return x509::hash_of(*provider(), crypto::HashAlgorithm::sha256, data);
}

}  // namespace

Bytes certificate_entry(ByteView der) {
  Bytes entry;
  Writer out(entry);
  out.u16(0);
  out.vector24(der);
  return entry;
}

Bytes precertificate_entry(const IssuedCertificate& issuer, ByteView tbs_certificate) {
  Bytes entry;
  Writer out(entry);
  out.u16(1);
  out.bytes(sha256(issuer.certificate().view().subject_public_key_info));
  out.vector24(tbs_certificate);
  return entry;
}

TestLog::TestLog(std::string name, std::string operator_name, crypto::KeyType type)
    : name_(std::move(name)),
      operator_(std::move(operator_name)),
      key_(provider()->generate_key(type, type == crypto::KeyType::rsa ? 2048 : 0).value()) {}

x509::CtLog TestLog::facts(x509::CtLogState state, std::optional<Time> since) const {
  const ByteView key = key_->subject_public_key_info();
  return {name_, operator_, Bytes(key.begin(), key.end()), state, since};
}

Bytes TestLog::sct(ByteView entry, Time at) const {
  const auto milliseconds = static_cast<std::uint64_t>(at.time_since_epoch().count()) * 1000;
  const bool is_rsa = key_->type() == crypto::KeyType::rsa;
  Bytes data;
  Writer signed_part(data);
  signed_part.u8(0);
  signed_part.u8(0);
  signed_part.u64(milliseconds);
  signed_part.bytes(entry);
  signed_part.vector16(ByteView{});
  Bytes signature;
  const auto algorithm =
      is_rsa ? crypto::SignatureAlgorithm::rsa_pkcs1_sha256 : crypto::SignatureAlgorithm::ecdsa_sha256;
  if (!key_->sign(algorithm, data, signature)) std::abort();

  Bytes sct;
  Writer out(sct);
  out.u8(0);
  out.bytes(sha256(key_->subject_public_key_info()));
  out.u64(milliseconds);
  out.vector16(ByteView{});
  out.u8(4);
  out.u8(is_rsa ? 1 : 3);
  out.vector16(signature);
  return sct;
}

Bytes sct_list(const std::vector<Bytes>& scts) {
  Bytes list;
  Writer out(list);
  out.vector16([&] {
    for (const Bytes& sct : scts) out.vector16(sct);
  });
  return list;
}

std::shared_ptr<const x509::CtLogList> log_list(std::vector<x509::CtLog> logs) {
  auto list = std::make_shared<x509::CtLogList>(provider());
  for (x509::CtLog& log : logs) {
    if (!list->add(std::move(log))) std::abort();
  }
  return list;
}

}  // namespace keyway::testing
