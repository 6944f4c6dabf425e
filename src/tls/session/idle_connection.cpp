#include "tls/session/idle_connection.hpp"

#include <algorithm>
#include <utility>

#include "core/reader.hpp"
#include "tls/suites.hpp"
#include "tls/wire/record.hpp"

namespace keyway::tls {
namespace {

constexpr std::uint8_t idle_format = 2;

void write_bool(Writer& out, bool value) {
  out.u8(value ? 1 : 0);
}

/// `last`: the last value of the enumeration.
template <typename E>
E read_state(Reader& in, E last, std::string_view field) noexcept {
  const E value = in.value<E>(field);
  if (value > last) in.reject(ErrorCode::InvalidValue, field);
  return value;
}

template <std::size_t Capacity>
SecretBuffer<Capacity> read_secret(Reader& in, std::size_t size, std::string_view field) {
  return SecretBuffer<Capacity>(in.vector8(field, size, size));
}

IdleTls13 read_tls13(Reader& in, CipherSuite suite_id) {
  const SuiteTls13* suite = find_suite_tls13(suite_id);
  if (suite == nullptr) in.reject(ErrorCode::InvalidValue, "cipher_suite");
  const std::size_t size = suite != nullptr && suite->hash == crypto::HashAlgorithm::sha384 ? 48 : 32;
  IdleTls13 idle;
  for (IdleDirectionTls13* direction : {&idle.reading, &idle.writing}) {
    direction->secret = read_secret<HashSecret::capacity()>(in, size, "traffic_secret");
    direction->generation = in.u32("generation");
  }
  idle.exporter_secret = read_secret<HashSecret::capacity()>(in, size, "exporter_secret");
  idle.client_random = in.array<32>("client_random");
  const ByteView transcript = in.vector8("transcript");
  idle.transcript.assign(transcript.begin(), transcript.end());
  const std::size_t contexts = in.u8("late_contexts");
  if (contexts > max_late_contexts) in.reject(ErrorCode::InvalidValue, "late_contexts");
  for (std::size_t i = 0; i < contexts && in.ok(); ++i) {
    const ByteView context = in.vector8("late_contexts", 1);
    idle.late_contexts.emplace_back(context.begin(), context.end());
  }
  return idle;
}

void write_traffic(Writer& out, const IdleTls13& idle) {
  for (const IdleDirectionTls13* direction : {&idle.reading, &idle.writing}) {
    out.vector8(direction->secret.view());
    out.u32(direction->generation);
  }
  out.vector8(idle.exporter_secret.view());
  out.bytes(idle.client_random);
  out.vector8(idle.transcript);
  out.u8(static_cast<std::uint8_t>(idle.late_contexts.size()));
  for (const Bytes& context : idle.late_contexts) out.vector8(context);
}

IdleTls12 read_tls12(Reader& in, CipherSuite suite_id) {
  if (find_suite_tls12(suite_id) == nullptr) in.reject(ErrorCode::InvalidValue, "cipher_suite");
  IdleTls12 idle;
  idle.master_secret = read_secret<master_secret_size>(in, master_secret_size, "master_secret");
  idle.randoms.client = in.array<32>("client_random");
  idle.randoms.server = in.array<32>("server_random");
  idle.first_finished = in.array<12>("first_finished");
  idle.extended_master_secret = in.boolean("extended_master_secret");
  return idle;
}

void write_traffic(Writer& out, const IdleTls12& idle) {
  out.vector8(idle.master_secret.view());
  out.bytes(idle.randoms.client);
  out.bytes(idle.randoms.server);
  out.bytes(idle.first_finished);
  write_bool(out, idle.extended_master_secret);
}

std::string read_text(Reader& in, std::string_view field) {
  return std::string(as_text(in.vector8(field)));
}

std::optional<std::string> read_optional_text(Reader& in, std::string_view field) {
  if (!in.boolean(field)) return std::nullopt;
  return read_text(in, field);
}

void write_optional_text(Writer& out, const std::optional<std::string>& text) {
  write_bool(out, text.has_value());
  if (text) out.vector8(as_bytes(*text));
}

void read_info(Reader& in, ConnectionInfo& info) {
  info.group = in.value<NamedGroup>("group");
  info.signature_scheme = in.value<SignatureScheme>("signature_scheme");
  info.client_signature_scheme = in.value<SignatureScheme>("client_signature_scheme");
  info.after_hello_retry_request = in.boolean("after_hello_retry_request");
  info.is_resumption = in.boolean("is_resumption");
  info.ech = read_state(in, EchStatus::rejected, "ech");
  info.early_data = read_state(in, EarlyData::declined, "early_data");
  info.peer_certificate_type = in.value<CertificateType>("peer_certificate_type");
  info.own_certificate_type = in.value<CertificateType>("own_certificate_type");
  info.late_authentication = read_state(in, ClientProofLater::proven, "late_authentication");
  info.is_delegated = in.boolean("is_delegated");
  info.alpn = read_text(in, "alpn");
  if (in.boolean("has_certificate_compression")) {
    info.certificate_compression = in.value<CertificateCompressionAlgorithm>("certificate_compression");
  }
  info.server_name = read_optional_text(in, "server_name");
  info.peer_record_size_limit = in.u16("peer_record_size_limit");
  if (in.boolean("has_max_fragment_length")) {
    const auto length = read_state(in, MaxFragmentLength::bytes_4096, "max_fragment_length");
    if (length < MaxFragmentLength::bytes_512) in.reject(ErrorCode::InvalidValue, "max_fragment_length");
    info.max_fragment_length = length;
  }
}

void write_info(Writer& out, const ConnectionInfo& info) {
  out.value(info.group);
  out.value(info.signature_scheme);
  out.value(info.client_signature_scheme);
  write_bool(out, info.after_hello_retry_request);
  write_bool(out, info.is_resumption);
  out.value(info.ech);
  out.value(info.early_data);
  out.value(info.peer_certificate_type);
  out.value(info.own_certificate_type);
  out.value(info.late_authentication);
  write_bool(out, info.is_delegated);
  out.vector8(as_bytes(info.alpn));
  write_bool(out, info.certificate_compression.has_value());
  if (info.certificate_compression) out.value(*info.certificate_compression);
  write_optional_text(out, info.server_name);
  out.u16(info.peer_record_size_limit);
  write_bool(out, info.max_fragment_length.has_value());
  if (info.max_fragment_length) out.value(*info.max_fragment_length);
}

std::uint16_t read_limit(Reader& in, std::string_view field) noexcept {
  const std::uint16_t limit = in.u16(field);
  if (limit == 0 || limit > max_plaintext_fragment) in.reject(ErrorCode::InvalidValue, field);
  return limit;
}

/// What a list of the peer's is read of. `min_size`: of an entry.
Result<void> read_list(Reader& in, std::vector<Bytes>& into, std::string_view field, std::size_t min_size) {
  const ByteView bytes = in.vector24(field);
  if (!in.ok()) return {};
  auto entries = read_byte_strings(bytes, field, min_size);
  if (!entries) return std::unexpected(std::move(entries.error()));
  into = std::move(*entries);
  return {};
}

}  // namespace

Result<IdleConnection> IdleConnection::parse(ByteView bytes) {
  Reader in(bytes, "idle connection");
  if (in.u8("format") != idle_format) in.reject(ErrorCode::InvalidValue, "format");
  IdleConnection idle;
  idle.side = read_state(in, Side::server, "side");
  idle.info.version = in.value<ProtocolVersion>("version");
  idle.info.cipher_suite = in.value<CipherSuite>("cipher_suite");
  if (idle.info.version == ProtocolVersion::TLS1_3) {
    idle.traffic = read_tls13(in, idle.info.cipher_suite);
  } else if (idle.info.version == ProtocolVersion::TLS1_2) {
    idle.traffic = read_tls12(in, idle.info.cipher_suite);
  } else {
    in.reject(ErrorCode::InvalidValue, "version");
  }
  idle.reading_sequence = in.u64("reading_sequence");
  idle.writing_sequence = in.u64("writing_sequence");
  idle.max_sent = read_limit(in, "max_sent");
  idle.max_taken = read_limit(in, "max_taken");
  idle.key_update_answer_waits = in.boolean("key_update_answer_waits");
  read_info(in, idle.info);
  if (in.boolean("has_psk")) idle.psk_digest = in.array<32>("psk_digest");
  idle.ech_public_name = read_optional_text(in, "ech_public_name");
  if (auto read = read_list(in, idle.peer_chain, "peer_chain", 1); !read) return std::unexpected(read.error());
  if (auto read = read_list(in, idle.peer_proofs.ocsp_responses, "ocsp_responses", 0); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_list(in, idle.peer_proofs.sct_lists, "sct_lists", 0); !read)
    return std::unexpected(read.error());
  if (in.boolean("has_verdict")) idle.verdict = KeptVerdict::read(in);
  if (auto read = read_list(in, idle.policies, "policies", 0); !read) return std::unexpected(read.error());
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return idle;
}

void IdleConnection::write(Writer& out) const {
  out.u8(idle_format);
  out.value(side);
  out.value(info.version);
  out.value(info.cipher_suite);
  std::visit([&](const auto& of_version) { write_traffic(out, of_version); }, traffic);
  out.u64(reading_sequence);
  out.u64(writing_sequence);
  out.u16(max_sent);
  out.u16(max_taken);
  write_bool(out, key_update_answer_waits);
  write_info(out, info);
  write_bool(out, psk_digest.has_value());
  if (psk_digest) out.bytes(*psk_digest);
  write_optional_text(out, ech_public_name);
  write_byte_strings(out, peer_chain);
  write_byte_strings(out, peer_proofs.ocsp_responses);
  write_byte_strings(out, peer_proofs.sct_lists);
  write_bool(out, verdict.has_value());
  if (verdict) write_verdict(out, verdict->path, verdict->checks);
  write_byte_strings(out, policies);
}

}  // namespace keyway::tls
