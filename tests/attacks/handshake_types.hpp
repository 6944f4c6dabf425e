#pragma once

#include <array>

#include <keyway/types.hpp>

namespace keyway::testing {

/// Every type of message that there is, and some that there are not.
inline constexpr std::array every_handshake_type{HandshakeType::hello_request,
                                                 HandshakeType::client_hello,
                                                 HandshakeType::server_hello,
                                                 HandshakeType{3},
                                                 HandshakeType::new_session_ticket,
                                                 HandshakeType::end_of_early_data,
                                                 HandshakeType{6},
                                                 HandshakeType::encrypted_extensions,
                                                 HandshakeType::certificate,
                                                 HandshakeType::server_key_exchange,
                                                 HandshakeType::certificate_request,
                                                 HandshakeType::server_hello_done,
                                                 HandshakeType::certificate_verify,
                                                 HandshakeType::client_key_exchange,
                                                 HandshakeType::finished,
                                                 HandshakeType{21},
                                                 HandshakeType::certificate_status,
                                                 HandshakeType{23},
                                                 HandshakeType::key_update,
                                                 HandshakeType::compressed_certificate,
                                                 HandshakeType{67},
                                                 HandshakeType::message_hash,
                                                 HandshakeType{255}};

}  // namespace keyway::testing
