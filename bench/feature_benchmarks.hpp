#pragma once

namespace keyway::bench {

/// Registers "features/…": what each feature adds to a handshake, and what it adds where one side is ready for it and
/// the other does not use it.
void register_feature_benchmarks();

}  // namespace keyway::bench
