#include "testing/wire_tap.hpp"

#include <cstdlib>
#include <iostream>

#include "testing/make_certificate.hpp"

namespace keyway::testing {

void WireTap::on(const EventOrigin& /*origin*/, const Event& event) noexcept {
  if (const auto* chosen = std::get_if<event::ParametersChosen>(&event)) {
    suite_ = tls::find_suite_tls13(chosen->cipher_suite);
  }
}

void WireTap::on_secret(const EventOrigin& /*origin*/, SecretLabel label, std::uint32_t generation,
                        ByteView /*client_random*/, ByteView secret) noexcept {
  secrets_[{label, generation}].assign(secret.begin(), secret.end());
}

const tls::SuiteTls13& WireTap::suite() const {
  if (suite_ != nullptr) return *suite_;
  std::cerr << "the connection has not chosen a suite\n";
  std::abort();
}

bool WireTap::knows(SecretLabel label, std::uint32_t generation) const {
  return secrets_.contains({label, generation});
}

tls::TrafficSecret WireTap::secret(SecretLabel label, std::uint32_t generation) const {
  const auto found = secrets_.find({label, generation});
  if (found != secrets_.end()) return {*provider()->hash(suite().hash), HashSecret(found->second)};
  std::cerr << "the connection has told no " << to_string(label) << ' ' << generation << '\n';
  std::abort();
}

tls::ProtectionTls13 WireTap::protection(SecretLabel label, std::uint32_t generation) const {
  return tls::ProtectionTls13::create(*provider(), suite(), secret(label, generation)).value();
}

std::vector<Bytes> WireTap::all() const {
  std::vector<Bytes> secrets;
  for (const auto& [name, secret] : secrets_) secrets.push_back(secret);
  return secrets;
}

}  // namespace keyway::testing
