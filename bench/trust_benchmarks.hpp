#pragma once

namespace keyway::bench {

/// Certificates, paths, stores and CRLs, beside libcrypto's X509 on the same bytes.
void register_trust_benchmarks();

}  // namespace keyway::bench
