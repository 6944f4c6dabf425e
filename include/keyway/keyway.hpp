#pragma once
/// \file
/// All of the library but the adapters: <keyway/asio.hpp> and <keyway/blocking.hpp>.

#include <keyway/alpn.hpp>
#include <keyway/bytes.hpp>
#include <keyway/carried_proofs.hpp>
#include <keyway/certificate.hpp>
#include <keyway/certificate_compression.hpp>
#include <keyway/clock.hpp>
#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/external_psk.hpp>
#include <keyway/fetch.hpp>
#include <keyway/key_log.hpp>
#include <keyway/name.hpp>
#include <keyway/observer.hpp>
#include <keyway/policy.hpp>
#include <keyway/record_limits.hpp>
#include <keyway/secret.hpp>
#include <keyway/session.hpp>
#include <keyway/trust.hpp>
#include <keyway/types.hpp>
#include <keyway/verdict.hpp>
#include <keyway/verification.hpp>
