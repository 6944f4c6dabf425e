#pragma once

#include "tls/wire/ech_config.hpp"
#include "tls/wire/end_of_early_data.hpp"
#include "tls/wire/extensions/certificate_type.hpp"
#include "tls/wire/extensions/encrypted_client_hello.hpp"
#include "tls/wire/sample_messages.hpp"

namespace keyway::tls::testing {

template <>
struct Codec<EndOfEarlyData> : PlainCodec<EndOfEarlyData> {
  static constexpr std::string_view where = "EndOfEarlyData";
  static EndOfEarlyData make(SampleMaker&) { return {}; }
  static Fields fields(const EndOfEarlyData&) { return {}; }
};

template <>
struct Codec<ServerCertificateTypesOffered> : PlainCodec<ServerCertificateTypesOffered> {
  static constexpr std::string_view where = "extension server_certificate_type";
  static ServerCertificateTypesOffered make(SampleMaker& maker) { return {maker.list<CertificateType>(2, 6)}; }
  static Fields fields(const ServerCertificateTypesOffered& e) { return {{}, {e.types.bytes()}}; }
};

template <>
struct Codec<ClientCertificateTypeChosen> : PlainCodec<ClientCertificateTypeChosen> {
  static constexpr std::string_view where = "extension client_certificate_type";
  static ClientCertificateTypeChosen make(SampleMaker& maker) {
    return {static_cast<CertificateType>(maker.number(0, 255))};
  }
  static Fields fields(const ClientCertificateTypeChosen& e) { return {{number_of(e.certificate_type)}, {}}; }
};

template <>
struct Codec<EncryptedClientHelloExtension> : PlainCodec<EncryptedClientHelloExtension> {
  static constexpr std::string_view where = "extension encrypted_client_hello";
  static EncryptedClientHelloExtension make(SampleMaker& maker) {
    if (maker.number(0, 9) == 0) return {};
    return {EncryptedClientHelloExtension::Kind::outer,
            maker.code<std::uint16_t>(),
            maker.code<std::uint16_t>(),
            maker.code<std::uint8_t>(),
            maker.bytes(0, 40),
            maker.bytes(1, 300)};
  }
  static Fields fields(const EncryptedClientHelloExtension& e) {
    return {{number_of(e.kind), e.kdf_id, e.aead_id, e.config_id}, {e.enc, e.payload}};
  }
};

template <>
struct Codec<EchConfirmationExtension> : PlainCodec<EchConfirmationExtension> {
  static constexpr std::string_view where = "extension encrypted_client_hello";
  static EchConfirmationExtension make(SampleMaker& maker) {
    EchConfirmationExtension extension;
    std::ranges::copy(maker.bytes(8, 8), extension.confirmation.begin());
    return extension;
  }
  static Fields fields(const EchConfirmationExtension& e) {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : e.confirmation) number = number << 8U | byte;
    return {{number}, {}};
  }
};

template <>
struct Codec<EchOuterExtensions> : PlainCodec<EchOuterExtensions> {
  static constexpr std::string_view where = "extension ech_outer_extensions";
  static EchOuterExtensions make(SampleMaker& maker) { return {maker.list<ExtensionType>(1, 127)}; }
  static Fields fields(const EchOuterExtensions& e) { return {{}, {e.outer_extensions.bytes()}}; }
};

template <>
struct Codec<EchConfig> : PlainCodec<EchConfig> {
  static constexpr std::string_view where = "ECHConfig";
  static EchConfig make(SampleMaker& maker) {
    EchConfig config;
    config.config_id = maker.code<std::uint8_t>();
    config.kem_id = maker.code<std::uint16_t>();
    config.public_key = maker.bytes(1, 70);
    config.cipher_suites = maker.list<std::uint32_t>(1, 5);
    config.maximum_name_length = maker.code<std::uint8_t>();
    config.public_name = maker.bytes(1, 255);
    config.extensions = maker.extensions(4);
    return config;
  }
  static Fields fields(const EchConfig& c) {
    return {{c.config_id, c.kem_id, c.maximum_name_length},
            {c.public_key, c.cipher_suites.bytes(), c.public_name, c.extensions.contents()}};
  }
};

}  // namespace keyway::tls::testing
