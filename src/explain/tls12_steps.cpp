#include "explain/tls12_steps.hpp"

#include <fmt/format.h>

#include "explain/plain_words.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/server_key_exchange.hpp"

namespace keyway::explain {
bool is_key_transport(CipherSuite suite) noexcept {
  return suite == CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256 || suite == CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384;
}

void add_tls12_facts(Step& step, const tls::ExtensionBlock& extensions) {
  const bool extended = extensions.has(ExtensionType::extended_master_secret);
  step.data["extended_master_secret"] = extended;
  if (extended) {
    step.facts.push_back({"master secret", "extended: made of the whole handshake so far"});
    step.add_aside(
        "Without that, two connections could be brought to the same keys, and one passed off as the other (Triple "
        "Handshake, 2014; RFC 7627).");
  } else {
    step.facts.push_back({"master secret", "not extended (RFC 7627)", Tone::warning});
  }
  if (extensions.has(ExtensionType::renegotiation_info)) {
    step.facts.push_back({"renegotiation", "marked as safe (RFC 5746); it is refused here all the same"});
  }
  step.add_aside(
      "TLS 1.2: up to the two Finished all goes in the clear, the certificate too, and two round trips pass before "
      "data flows. TLS 1.3 encrypts from here on, and needs one.");
}

Step tell_server_key_exchange(ByteView body, const Offer& offer, std::size_t& signature_size) {
  const auto message = tls::ServerKeyExchange::parse(body);
  if (!message) return tell_unreadable("server_key_exchange", "ServerKeyExchange", message.error());
  signature_size = message->signature.size();
  Step step;
  step.kind = "server_key_exchange";
  step.headline = "ServerKeyExchange: the server's half of the key exchange, made for this connection, and signed";
  const std::string group = to_string(message->params.group);
  step.facts.push_back({"group", out_of(group, names_of(offer.groups))});
  if (const auto meaning = meaning_of(message->params.group); !meaning.empty()) step.add_aside(meaning);
  step.facts.push_back({"key share", count_of(message->params.public_key.size(), "byte")});
  step.facts.push_back({"signed with", to_string(message->algorithm)});
  step.add_aside("In TLS 1.3 the key shares go in the hellos, and a message of its own signs all that was said.");
  step.data = {{"group", {{"name", group}, {"code", static_cast<unsigned>(message->params.group)}}},
               {"key_share_bytes", message->params.public_key.size()},
               {"scheme", to_string(message->algorithm)}};
  return step;
}

Step tell_server_hello_done() {
  Step step;
  step.kind = "server_hello_done";
  step.headline = "ServerHelloDone: the server has said all; the first round trip is over";
  return step;
}

Step tell_client_key_exchange(ByteView body, CipherSuite suite) {
  Step step;
  step.kind = "client_key_exchange";
  const bool is_transport = is_key_transport(suite);
  step.data = {{"key_transport", is_transport}, {"bytes", body.size()}};
  if (!is_transport) {
    step.headline = "ClientKeyExchange: the client's half of the key exchange, made for this connection";
    step.facts.push_back({"size", count_of(body.size(), "byte")});
    return step;
  }
  step.headline = "ClientKeyExchange: the client makes up the secret and sends it, encrypted to the certificate's key";
  step.tone = Tone::warning;
  step.facts.push_back({"size", count_of(body.size(), "byte")});
  step.facts.push_back({"no forward secrecy",
                        "whoever gets the server's private key one day opens every connection that was recorded",
                        Tone::warning});
  step.facts.push_back({"no fresh proof",
                        "the server signs nothing; that it is the right one shows in that it can decrypt",
                        Tone::warning});
  step.add_aside(
      "And a server that tells, by an alert or by its time, whether the decrypted padding was right, decrypts for "
      "everybody (Bleichenbacher 1998, ROBOT 2017, Marvin 2023). TLS 1.3 has no such key exchange.");
  return step;
}

Step tell_change_cipher_spec(std::string_view sender) {
  Step step;
  step.kind = "change_cipher_spec";
  step.headline = fmt::format("ChangeCipherSpec: from here on the {} encrypts", sender);
  step.data["from"] = sender;
  return step;
}

}  // namespace keyway::explain
