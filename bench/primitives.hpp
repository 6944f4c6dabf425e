#pragma once

#include <functional>
#include <string>
#include <vector>

#include "contest.hpp"

namespace keyway::bench {

/// A primitive through crypto::Provider.
struct Primitive {
  std::string name;
  /// Runs it once and gives the time; what has to be prepared for each run stays outside.
  std::function<Nanoseconds()> run;
};

/// All that are worth a figure of their own.
[[nodiscard]] std::vector<Primitive> all_primitives();

/// What a handshake can't do without. The symmetric part is SHA-256 alone, over as many blocks as transcript, key
/// schedule and Finished take together: neither the AEAD's keys nor randomness are in it, so what is above errs to
/// Keyway's disadvantage.
[[nodiscard]] std::vector<Primitive> server_primitives(const HandshakeKind& kind);
[[nodiscard]] std::vector<Primitive> client_primitives(const HandshakeKind& kind);

}  // namespace keyway::bench
