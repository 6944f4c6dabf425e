#pragma once

#include "tls/wire/end_of_early_data.hpp"
#include "tls/wire/extensions/certificate_type.hpp"
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

}  // namespace keyway::tls::testing
