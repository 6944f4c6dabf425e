#pragma once

#include <string>

#include <keyway/early_data.hpp>

#include "lasting.hpp"
#include "outcome.hpp"
#include "settings.hpp"
#include "stream.hpp"
#include "witness.hpp"

namespace keyway::bogo {

/// What a client has done before its handshake was over.
struct EarlyPart {
  bool has_written = false;  ///< the initial write
  bool is_refused = false;   ///< and with it all that was written: the connection is as one that begins anew
};

/// Sends early what the flags say, and brings the handshake about. For a client's connection that offers early data.
[[nodiscard]] Outcome<EarlyPart> begin_early(const Settings& settings, Stream& stream, const Witness& witness);

/// The flags that are about early data, once the handshake is over (of a server: once data flows).
[[nodiscard]] Outcome<void> check_early_data(const Settings& settings, const ConnectionInfo& info);

/// How much older than it is the client says that its ticket is, on a server that resumes.
[[nodiscard]] Outcome<void> check_ticket_age(const Settings& settings, const Lasting& lasting, const Witness& witness);

}  // namespace keyway::bogo
