#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/alert.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/certificate_status.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/client_key_exchange.hpp"
#include "tls/wire/compressed_certificate.hpp"
#include "tls/wire/encrypted_extensions.hpp"
#include "tls/wire/extensions/early_data.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/hello_request.hpp"
#include "tls/wire/key_update.hpp"
#include "tls/wire/new_session_ticket.hpp"
#include "tls/wire/new_session_ticket_tls12.hpp"
#include "tls/wire/server_hello.hpp"
#include "tls/wire/server_hello_done.hpp"
#include "tls/wire/server_key_exchange.hpp"

namespace keyway::tls::testing {

/// Makes random well-formed values and keeps the bytes that they view. The same seed makes the same values.
class SampleMaker {
 public:
  explicit SampleMaker(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::uint64_t number(std::uint64_t min, std::uint64_t max) { return min + random_() % (max - min + 1); }
  [[nodiscard]] bool coin() { return number(0, 1) == 1; }

  template <typename E>
  [[nodiscard]] E code() {
    return static_cast<E>(random_());
  }

  [[nodiscard]] ByteView bytes(std::size_t min, std::size_t max) {
    Bytes made(number(min, max));
    for (std::uint8_t& byte : made) byte = static_cast<std::uint8_t>(random_());
    return keep(std::move(made));
  }

  template <typename E>
  [[nodiscard]] WireList<E> list(std::size_t min, std::size_t max) {
    const std::size_t size = sizeof(E) * number(min, max);
    return WireList<E>(bytes(size, size));
  }

  /// Extensions of distinct types: known, unknown and GREASE, in any order.
  [[nodiscard]] ExtensionBlock extensions(std::size_t max_count) {
    Bytes contents;
    Writer out(contents);
    for (const std::uint16_t type : distinct_codes(number(0, max_count))) {
      out.u16(type);
      out.vector16(bytes(0, 20));
    }
    return ExtensionBlock::of_own(keep(std::move(contents)));
  }

  [[nodiscard]] std::vector<std::uint16_t> distinct_codes(std::size_t count) {
    // pre_shared_key (41) may only end a ClientHello, so it is left to a test of its own.
    constexpr std::uint16_t usual[] = {0, 10, 13, 16, 23, 43, 44, 45, 50, 51, 0x0a0a, 0xfafa, 0xfe0d, 0xff01};
    std::vector<std::uint16_t> codes;
    while (codes.size() < count) {
      const auto code =
          coin() ? usual[number(0, std::size(usual) - 1)] : static_cast<std::uint16_t>(number(60, 0xffff));
      if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
    }
    return codes;
  }

  ByteView keep(Bytes bytes) {
    kept_.push_back(std::move(bytes));
    return kept_.back();
  }

 private:
  std::mt19937_64 random_;
  std::deque<Bytes> kept_;
};

/// What a value holds, taken apart: its numbers, and its views in order.
struct Fields {
  std::vector<std::uint64_t> numbers;
  std::vector<ByteView> views;

  friend bool operator==(const Fields& a, const Fields& b) {
    const auto same = [](ByteView x, ByteView y) { return std::ranges::equal(x, y); };
    return a.numbers == b.numbers && std::ranges::equal(a.views, b.views, same);
  }
};

/// What the tests know of each codec: how to make a value, take it apart and parse one.
template <typename M>
struct Codec;

template <typename M>
struct PlainCodec {
  static Result<M> parse(ByteView data) { return M::parse(data); }
  /// True when the first `size` bytes of this value's encoding are a whole value themselves.
  static bool is_whole_after(const M&, std::size_t) { return false; }
  static constexpr ErrorCode too_short = ErrorCode::Truncated;
  static constexpr ErrorCode too_long = ErrorCode::TrailingData;
};

template <typename E>
std::uint64_t number_of(E value) {
  return static_cast<std::uint64_t>(value);
}

template <>
struct Codec<ClientHello> : PlainCodec<ClientHello> {
  static constexpr std::string_view where = "ClientHello";
  static ClientHello make(SampleMaker& maker) {
    ClientHello hello;
    hello.legacy_version = maker.code<ProtocolVersion>();
    std::ranges::copy(maker.bytes(32, 32), hello.random.begin());
    hello.legacy_session_id = maker.bytes(0, 32);
    hello.cipher_suites = maker.list<CipherSuite>(1, 30);
    hello.legacy_compression_methods = maker.list<CompressionMethod>(1, 4);
    hello.extensions = maker.extensions(20);
    return hello;
  }
  static Fields fields(const ClientHello& m) {
    return {{number_of(m.legacy_version), m.has_extensions},
            {m.random, m.legacy_session_id, m.cipher_suites.bytes(), m.legacy_compression_methods.bytes(),
             m.extensions.contents()}};
  }
  static bool is_whole_after(const ClientHello& m, std::size_t size) {
    return size == 2 + 32 + 1 + m.legacy_session_id.size() + 2 + m.cipher_suites.bytes().size() + 1 +
                       m.legacy_compression_methods.bytes().size();
  }
};

template <>
struct Codec<ServerHello> : PlainCodec<ServerHello> {
  static constexpr std::string_view where = "ServerHello";
  static ServerHello make(SampleMaker& maker) {
    ServerHello hello;
    hello.legacy_version = maker.code<ProtocolVersion>();
    std::ranges::copy(maker.bytes(32, 32), hello.random.begin());
    if (maker.coin()) hello.random = hello_retry_request_random;
    hello.legacy_session_id_echo = maker.bytes(0, 32);
    hello.cipher_suite = maker.code<CipherSuite>();
    hello.legacy_compression_method = maker.code<CompressionMethod>();
    hello.extensions = maker.extensions(5);
    return hello;
  }
  static Fields fields(const ServerHello& m) {
    return {{number_of(m.legacy_version), number_of(m.cipher_suite), number_of(m.legacy_compression_method),
             m.has_extensions},
            {m.random, m.legacy_session_id_echo, m.extensions.contents()}};
  }
  static bool is_whole_after(const ServerHello& m, std::size_t size) {
    return size == 2 + 32 + 1 + m.legacy_session_id_echo.size() + 2 + 1;
  }
};

template <>
struct Codec<EncryptedExtensions> : PlainCodec<EncryptedExtensions> {
  static constexpr std::string_view where = "EncryptedExtensions";
  static EncryptedExtensions make(SampleMaker& maker) { return {maker.extensions(20)}; }
  static Fields fields(const EncryptedExtensions& m) { return {{}, {m.extensions.contents()}}; }
};

template <>
struct Codec<CertificateRequest> : PlainCodec<CertificateRequest> {
  static constexpr std::string_view where = "CertificateRequest";
  static CertificateRequest make(SampleMaker& maker) { return {maker.bytes(0, 255), maker.extensions(20)}; }
  static Fields fields(const CertificateRequest& m) {
    return {{}, {m.certificate_request_context, m.extensions.contents()}};
  }
};

template <>
struct Codec<CertificateMessage> : PlainCodec<CertificateMessage> {
  static constexpr std::string_view where = "Certificate";
  static CertificateMessage make(SampleMaker& maker) {
    CertificateMessage message;
    message.certificate_request_context = maker.bytes(0, 255);
    const std::size_t entries = maker.number(0, 5);
    for (std::size_t i = 0; i < entries; ++i) {
      message.certificate_list.push_back({maker.bytes(1, 300), maker.extensions(3)});
    }
    return message;
  }
  static Fields fields(const CertificateMessage& m) {
    Fields all{{m.certificate_list.size()}, {m.certificate_request_context}};
    for (const CertificateEntry& entry : m.certificate_list) {
      all.views.push_back(entry.cert_data);
      all.views.push_back(entry.extensions.contents());
    }
    return all;
  }
};

template <>
struct Codec<CertificateVerify> : PlainCodec<CertificateVerify> {
  static constexpr std::string_view where = "CertificateVerify";
  static CertificateVerify make(SampleMaker& maker) { return {maker.code<SignatureScheme>(), maker.bytes(0, 512)}; }
  static Fields fields(const CertificateVerify& m) { return {{number_of(m.algorithm)}, {m.signature}}; }
};

template <>
struct Codec<Finished> : PlainCodec<Finished> {
  static constexpr std::string_view where = "Finished";
  static constexpr ErrorCode too_short = ErrorCode::LengthOutOfRange;
  static constexpr ErrorCode too_long = ErrorCode::LengthOutOfRange;
  static Finished make(SampleMaker& maker) { return {maker.bytes(48, 48)}; }
  static Result<Finished> parse(ByteView data) { return Finished::parse(data, 48); }
  static Fields fields(const Finished& m) { return {{}, {m.verify_data}}; }
};

template <>
struct Codec<KeyUpdate> : PlainCodec<KeyUpdate> {
  static constexpr std::string_view where = "KeyUpdate";
  static KeyUpdate make(SampleMaker& maker) { return {static_cast<KeyUpdateRequest>(maker.number(0, 1))}; }
  static Fields fields(const KeyUpdate& m) { return {{number_of(m.request_update)}, {}}; }
};

template <>
struct Codec<NewSessionTicket> : PlainCodec<NewSessionTicket> {
  static constexpr std::string_view where = "NewSessionTicket";
  static NewSessionTicket make(SampleMaker& maker) {
    return {maker.code<std::uint32_t>(), maker.code<std::uint32_t>(), maker.bytes(0, 255), maker.bytes(1, 300),
            maker.extensions(3)};
  }
  static Fields fields(const NewSessionTicket& m) {
    return {{m.ticket_lifetime, m.ticket_age_add}, {m.ticket_nonce, m.ticket, m.extensions.contents()}};
  }
};

template <>
struct Codec<NewSessionTicketTls12> : PlainCodec<NewSessionTicketTls12> {
  static constexpr std::string_view where = "NewSessionTicket";
  static NewSessionTicketTls12 make(SampleMaker& maker) { return {maker.code<std::uint32_t>(), maker.bytes(0, 300)}; }
  static Fields fields(const NewSessionTicketTls12& m) { return {{m.ticket_lifetime_hint}, {m.ticket}}; }
};

template <>
struct Codec<Alert> : PlainCodec<Alert> {
  static constexpr std::string_view where = "Alert";
  static constexpr ErrorCode too_short = ErrorCode::InvalidAlert;
  static constexpr ErrorCode too_long = ErrorCode::InvalidAlert;
  static Alert make(SampleMaker& maker) {
    return {static_cast<AlertLevel>(maker.number(1, 2)), maker.code<AlertDescription>()};
  }
  static Fields fields(const Alert& m) { return {{number_of(m.level), number_of(m.description)}, {}}; }
};

template <>
struct Codec<ServerNameExtension> : PlainCodec<ServerNameExtension> {
  static constexpr std::string_view where = "extension server_name";
  static ServerNameExtension make(SampleMaker& maker) { return {maker.bytes(1, 255)}; }
  static Fields fields(const ServerNameExtension& e) { return {{}, {e.host_name}}; }
};

template <>
struct Codec<SupportedVersionsExtension> : PlainCodec<SupportedVersionsExtension> {
  static constexpr std::string_view where = "extension supported_versions";
  static SupportedVersionsExtension make(SampleMaker& maker) { return {maker.list<ProtocolVersion>(1, 127)}; }
  static Fields fields(const SupportedVersionsExtension& e) { return {{}, {e.versions.bytes()}}; }
};

template <>
struct Codec<SelectedVersionExtension> : PlainCodec<SelectedVersionExtension> {
  static constexpr std::string_view where = "extension supported_versions";
  static SelectedVersionExtension make(SampleMaker& maker) { return {maker.code<ProtocolVersion>()}; }
  static Fields fields(const SelectedVersionExtension& e) { return {{number_of(e.selected_version)}, {}}; }
};

template <>
struct Codec<SupportedGroupsExtension> : PlainCodec<SupportedGroupsExtension> {
  static constexpr std::string_view where = "extension supported_groups";
  static SupportedGroupsExtension make(SampleMaker& maker) { return {maker.list<NamedGroup>(1, 40)}; }
  static Fields fields(const SupportedGroupsExtension& e) { return {{}, {e.named_group_list.bytes()}}; }
};

template <>
struct Codec<SignatureAlgorithmsExtension> : PlainCodec<SignatureAlgorithmsExtension> {
  static constexpr std::string_view where = "extension signature_algorithms";
  static SignatureAlgorithmsExtension make(SampleMaker& maker) { return {maker.list<SignatureScheme>(1, 40)}; }
  static Fields fields(const SignatureAlgorithmsExtension& e) {
    return {{}, {e.supported_signature_algorithms.bytes()}};
  }
};

template <>
struct Codec<SignatureAlgorithmsCertExtension> : PlainCodec<SignatureAlgorithmsCertExtension> {
  static constexpr std::string_view where = "extension signature_algorithms_cert";
  static SignatureAlgorithmsCertExtension make(SampleMaker& maker) { return {maker.list<SignatureScheme>(1, 40)}; }
  static Fields fields(const SignatureAlgorithmsCertExtension& e) {
    return {{}, {e.supported_signature_algorithms.bytes()}};
  }
};

template <>
struct Codec<AlpnExtension> : PlainCodec<AlpnExtension> {
  static constexpr std::string_view where = "extension application_layer_protocol_negotiation";
  static AlpnExtension make(SampleMaker& maker) {
    Bytes names;
    Writer out(names);
    const std::size_t count = maker.number(1, 6);
    for (std::size_t i = 0; i < count; ++i) out.vector8(maker.bytes(1, 255));
    return {maker.keep(std::move(names))};
  }
  static Fields fields(const AlpnExtension& e) {
    Fields all{{}, {e.protocol_name_list}};
    e.for_each([&](ByteView name) { all.views.push_back(name); });
    return all;
  }
};

template <>
struct Codec<KeyShareClientHello> : PlainCodec<KeyShareClientHello> {
  static constexpr std::string_view where = "extension key_share";
  static KeyShareClientHello make(SampleMaker& maker) {
    Bytes shares;
    Writer out(shares);
    for (const std::uint16_t group : maker.distinct_codes(maker.number(0, 4))) {
      KeyShareEntry{static_cast<NamedGroup>(group), maker.bytes(1, 200)}.write(out);
    }
    return {maker.keep(std::move(shares))};
  }
  static Fields fields(const KeyShareClientHello& e) {
    Fields all{{}, {e.client_shares}};
    e.for_each([&](const KeyShareEntry& entry) {
      all.numbers.push_back(number_of(entry.group));
      all.views.push_back(entry.key_exchange);
    });
    return all;
  }
};

template <>
struct Codec<KeyShareServerHello> : PlainCodec<KeyShareServerHello> {
  static constexpr std::string_view where = "extension key_share";
  static KeyShareServerHello make(SampleMaker& maker) { return {{maker.code<NamedGroup>(), maker.bytes(1, 1200)}}; }
  static Fields fields(const KeyShareServerHello& e) {
    return {{number_of(e.server_share.group)}, {e.server_share.key_exchange}};
  }
};

template <>
struct Codec<KeyShareHelloRetryRequest> : PlainCodec<KeyShareHelloRetryRequest> {
  static constexpr std::string_view where = "extension key_share";
  static KeyShareHelloRetryRequest make(SampleMaker& maker) { return {maker.code<NamedGroup>()}; }
  static Fields fields(const KeyShareHelloRetryRequest& e) { return {{number_of(e.selected_group)}, {}}; }
};

template <>
struct Codec<CookieExtension> : PlainCodec<CookieExtension> {
  static constexpr std::string_view where = "extension cookie";
  static CookieExtension make(SampleMaker& maker) { return {maker.bytes(1, 500)}; }
  static Fields fields(const CookieExtension& e) { return {{}, {e.cookie}}; }
};

template <>
struct Codec<PskKeyExchangeModesExtension> : PlainCodec<PskKeyExchangeModesExtension> {
  static constexpr std::string_view where = "extension psk_key_exchange_modes";
  static PskKeyExchangeModesExtension make(SampleMaker& maker) { return {maker.list<PskKeyExchangeMode>(1, 6)}; }
  static Fields fields(const PskKeyExchangeModesExtension& e) { return {{}, {e.ke_modes.bytes()}}; }
};

template <>
struct Codec<PreSharedKeyClientHello> : PlainCodec<PreSharedKeyClientHello> {
  static constexpr std::string_view where = "extension pre_shared_key";
  static PreSharedKeyClientHello make(SampleMaker& maker) {
    Bytes identities;
    Bytes binders;
    Writer identities_out(identities);
    Writer binders_out(binders);
    for (std::uint64_t left = maker.number(1, 4); left > 0; --left) {
      PskIdentity{maker.bytes(1, 200), static_cast<std::uint32_t>(maker.number(0, 0xffffffff))}.write(identities_out);
      binders_out.vector8(maker.bytes(32, 255));
    }
    return {maker.keep(std::move(identities)), maker.keep(std::move(binders))};
  }
  static Fields fields(const PreSharedKeyClientHello& e) {
    Fields all{{}, {e.identities, e.binders}};
    e.for_each([&](const PskIdentity& psk) {
      all.numbers.push_back(psk.obfuscated_ticket_age);
      all.views.push_back(psk.identity);
    });
    for (std::size_t i = 0; const auto binder = e.binder(i); ++i) all.views.push_back(*binder);
    return all;
  }
};

template <>
struct Codec<PreSharedKeyServerHello> : PlainCodec<PreSharedKeyServerHello> {
  static constexpr std::string_view where = "extension pre_shared_key";
  static PreSharedKeyServerHello make(SampleMaker& maker) {
    return {static_cast<std::uint16_t>(maker.number(0, 0xffff))};
  }
  static Fields fields(const PreSharedKeyServerHello& e) { return {{e.selected_identity}, {}}; }
};

template <>
struct Codec<EarlyDataNewSessionTicket> : PlainCodec<EarlyDataNewSessionTicket> {
  static constexpr std::string_view where = "extension early_data";
  static EarlyDataNewSessionTicket make(SampleMaker& maker) {
    return {static_cast<std::uint32_t>(maker.number(0, 0xffffffff))};
  }
  static Fields fields(const EarlyDataNewSessionTicket& e) { return {{e.max_early_data_size}, {}}; }
};

template <>
struct Codec<CompressedCertificate> : PlainCodec<CompressedCertificate> {
  static constexpr std::string_view where = "CompressedCertificate";
  static CompressedCertificate make(SampleMaker& maker) {
    return {maker.code<CertificateCompressionAlgorithm>(), static_cast<std::uint32_t>(maker.number(0, 0xffffff)),
            maker.bytes(1, 300)};
  }
  static Fields fields(const CompressedCertificate& m) {
    return {{number_of(m.algorithm), m.uncompressed_length}, {m.compressed_certificate_message}};
  }
};

template <>
struct Codec<CompressCertificateExtension> : PlainCodec<CompressCertificateExtension> {
  static constexpr std::string_view where = "extension compress_certificate";
  static CompressCertificateExtension make(SampleMaker& maker) {
    Bytes codes;
    Writer out(codes);
    for (const std::uint16_t code : maker.distinct_codes(maker.number(1, 20))) out.u16(code);
    return {WireList<CertificateCompressionAlgorithm>(maker.keep(std::move(codes)))};
  }
  static Fields fields(const CompressCertificateExtension& e) { return {{}, {e.algorithms.bytes()}}; }
};

template <>
struct Codec<CertificateStatus> : PlainCodec<CertificateStatus> {
  static constexpr std::string_view where = "CertificateStatus";
  static CertificateStatus make(SampleMaker& maker) { return {maker.bytes(1, 300)}; }
  static Fields fields(const CertificateStatus& m) { return {{}, {m.response}}; }
};

template <>
struct Codec<StatusRequestExtension> : PlainCodec<StatusRequestExtension> {
  static constexpr std::string_view where = "extension status_request";
  static StatusRequestExtension make(SampleMaker& maker) {
    return {CertificateStatusType::ocsp, maker.bytes(0, 40), maker.bytes(0, 40), {}};
  }
  static Fields fields(const StatusRequestExtension& e) {
    return {{number_of(e.status_type)}, {e.responder_id_list, e.request_extensions, e.other_request}};
  }
};

template <>
struct Codec<SctRequestExtension> : PlainCodec<SctRequestExtension> {
  static constexpr std::string_view where = "extension signed_certificate_timestamp";
  static SctRequestExtension make(SampleMaker&) { return {}; }
  static Fields fields(const SctRequestExtension&) { return {}; }
};

template <>
struct Codec<SctListExtension> : PlainCodec<SctListExtension> {
  static constexpr std::string_view where = "extension signed_certificate_timestamp";
  static SctListExtension make(SampleMaker& maker) {
    Bytes list;
    Writer out(list);
    out.vector16([&] {
      for (std::size_t i = maker.number(1, 4); i > 0; --i) out.vector16(maker.bytes(1, 60));
    });
    return {maker.keep(std::move(list))};
  }
  static Fields fields(const SctListExtension& e) { return {{}, {e.list}}; }
};

template <>
struct Codec<RecordSizeLimitExtension> : PlainCodec<RecordSizeLimitExtension> {
  static constexpr std::string_view where = "extension record_size_limit";
  static RecordSizeLimitExtension make(SampleMaker& maker) {
    return {static_cast<std::uint16_t>(maker.number(64, 300))};
  }
  static Fields fields(const RecordSizeLimitExtension& e) { return {{e.record_size_limit}, {}}; }
};

template <>
struct Codec<MaxFragmentLengthExtension> : PlainCodec<MaxFragmentLengthExtension> {
  static constexpr std::string_view where = "extension max_fragment_length";
  static MaxFragmentLengthExtension make(SampleMaker& maker) {
    return {static_cast<MaxFragmentLength>(maker.number(1, 4))};
  }
  static Fields fields(const MaxFragmentLengthExtension& e) { return {{number_of(e.max_fragment_length)}, {}}; }
};

template <>
struct Codec<CertificateTls12> : PlainCodec<CertificateTls12> {
  static constexpr std::string_view where = "Certificate";
  static CertificateTls12 make(SampleMaker& maker) {
    CertificateTls12 message;
    const std::size_t entries = maker.number(0, 5);
    for (std::size_t i = 0; i < entries; ++i) message.certificate_list.push_back(maker.bytes(1, 300));
    return message;
  }
  static Fields fields(const CertificateTls12& m) { return {{m.certificate_list.size()}, m.certificate_list}; }
};

template <>
struct Codec<CertificateRequestTls12> : PlainCodec<CertificateRequestTls12> {
  static constexpr std::string_view where = "CertificateRequest";
  static CertificateRequestTls12 make(SampleMaker& maker) {
    Bytes names;
    Writer out(names);
    const std::size_t count = maker.number(0, 4);
    for (std::size_t i = 0; i < count; ++i) out.vector16(maker.bytes(1, 100));
    return {maker.list<ClientCertificateType>(1, 5), maker.list<SignatureScheme>(1, 20), maker.keep(std::move(names))};
  }
  static Fields fields(const CertificateRequestTls12& m) {
    return {{}, {m.certificate_types.bytes(), m.supported_signature_algorithms.bytes(), m.certificate_authorities}};
  }
};

template <>
struct Codec<ServerKeyExchange> : PlainCodec<ServerKeyExchange> {
  static constexpr std::string_view where = "ServerKeyExchange";
  static ServerKeyExchange make(SampleMaker& maker) {
    return {{maker.code<NamedGroup>(), maker.bytes(1, 255)}, maker.code<SignatureScheme>(), maker.bytes(0, 512), {}};
  }
  static Fields fields(const ServerKeyExchange& m) {
    return {{number_of(m.params.group), number_of(m.algorithm)}, {m.params.public_key, m.signature}};
  }
};

template <>
struct Codec<ServerHelloDone> : PlainCodec<ServerHelloDone> {
  static constexpr std::string_view where = "ServerHelloDone";
  static ServerHelloDone make(SampleMaker&) { return {}; }
  static Fields fields(const ServerHelloDone&) { return {}; }
};

template <>
struct Codec<HelloRequest> : PlainCodec<HelloRequest> {
  static constexpr std::string_view where = "HelloRequest";
  static HelloRequest make(SampleMaker&) { return {}; }
  static Fields fields(const HelloRequest&) { return {}; }
};

template <>
struct Codec<ClientKeyExchange> : PlainCodec<ClientKeyExchange> {
  static constexpr std::string_view where = "ClientKeyExchange";
  static ClientKeyExchange make(SampleMaker& maker) { return {maker.bytes(1, 255)}; }
  static Fields fields(const ClientKeyExchange& m) { return {{}, {m.public_key}}; }
};

template <>
struct Codec<EcPointFormatsExtension> : PlainCodec<EcPointFormatsExtension> {
  static constexpr std::string_view where = "extension ec_point_formats";
  static EcPointFormatsExtension make(SampleMaker& maker) { return {maker.list<EcPointFormat>(1, 255)}; }
  static Fields fields(const EcPointFormatsExtension& e) { return {{}, {e.ec_point_format_list.bytes()}}; }
};

template <>
struct Codec<ExtendedMasterSecretExtension> : PlainCodec<ExtendedMasterSecretExtension> {
  static constexpr std::string_view where = "extension extended_master_secret";
  static ExtendedMasterSecretExtension make(SampleMaker&) { return {}; }
  static Fields fields(const ExtendedMasterSecretExtension&) { return {}; }
};

template <>
struct Codec<RenegotiationInfoExtension> : PlainCodec<RenegotiationInfoExtension> {
  static constexpr std::string_view where = "extension renegotiation_info";
  static RenegotiationInfoExtension make(SampleMaker& maker) { return {maker.bytes(0, 255)}; }
  static Fields fields(const RenegotiationInfoExtension& e) { return {{}, {e.renegotiated_connection}}; }
};

template <typename M>
Bytes encode(const M& value) {
  Bytes encoded;
  Writer out(encoded);
  value.write(out);
  return encoded;
}

}  // namespace keyway::tls::testing
