// A ServerHello's or HelloRetryRequest's body: parse, write, and every extension in it that Keyway reads.

#include "fuzz_wire_identity.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/server_hello.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  using namespace keyway::tls;
  using fuzzing::require_identity_of;

  const ByteView body(data, size);
  const auto hello = ServerHello::parse(body);
  fuzzing::require_identity(hello, body);
  if (!hello) return 0;

  (void)downgrade_sentinel(hello->random);
  (void)selected_version(*hello);
  require_identity_of<SelectedVersionExtension>(hello->extensions);
  require_identity_of<AlpnExtension>(hello->extensions);
  if (hello->is_hello_retry_request()) {
    require_identity_of<KeyShareHelloRetryRequest>(hello->extensions);
    require_identity_of<CookieExtension>(hello->extensions);
  } else {
    require_identity_of<KeyShareServerHello>(hello->extensions);
  }
  const auto home = hello->is_hello_retry_request() ? ExtensionHome::hello_retry_request : ExtensionHome::server_hello;
  (void)check_extensions(hello->extensions, home, ExtensionSet::of(hello->extensions), "ServerHello");
  return 0;
}
