#include "net/ech_lookup.hpp"

#include <netdb.h>
#include <resolv.h>

#include <string>
#include <string_view>
#include <utility>

#include "tls/ech/https_record.hpp"

namespace keyway::net {
namespace {

std::unexpected<Error> not_found(std::string_view question, std::string_view received) {
  return std::unexpected(fail(ErrorCode::NameNotResolved)
                             .at("the HTTPS record of " + std::string(question))
                             .expected("one with ech")
                             .received(received)
                             .advice("without one, the name can't be hidden from whoever reads along"));
}

}  // namespace

Result<EchConfigList> look_up_ech(const ServerName& host, std::uint16_t port) {
  constexpr std::uint16_t usual_port = 443;
  const std::string name = host.to_string();
  if (!host.is_dns()) return not_found(name, "an address");
  // RFC 9460 9.1: other ports have names of their own.
  const std::string question = port == usual_port ? name : "_" + std::to_string(port) + "._https." + name;
  struct __res_state state{};
  if (::res_ninit(&state) != 0) return not_found(question, "no resolver");
  Bytes answer(65535);
  const int size = ::res_nquery(&state, question.c_str(), tls::dns_class_internet, tls::dns_type_https, answer.data(),
                                static_cast<int>(answer.size()));
  ::res_nclose(&state);
  if (size < 0 || static_cast<std::size_t>(size) > answer.size()) return not_found(question, "nothing");
  auto configs = tls::read_ech_of_answer(ByteView(answer).first(static_cast<std::size_t>(size)), name);
  if (!configs) return std::unexpected(std::move(configs.error()));
  if (!*configs) return not_found(question, "none with ech");
  return std::move(**configs);
}

}  // namespace keyway::net
