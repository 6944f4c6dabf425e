#include "explain/key_steps.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>

#include "core/reader.hpp"
#include "core/text.hpp"
#include "explain/plain_words.hpp"
#include "tls/wire/new_session_ticket.hpp"

namespace keyway::explain {
namespace {

[[nodiscard]] std::string spaced_hex(ByteView bytes) {
  std::string line;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    line += (i == 8 ? "  " : i == 0 ? "" : " ") + to_hex(bytes.subspan(i, 1));
  return line;
}

[[nodiscard]] std::string numbered(SecretLabel label, std::uint32_t generation) {
  const bool has_number = label == SecretLabel::CLIENT_TRAFFIC_SECRET || label == SecretLabel::SERVER_TRAFFIC_SECRET;
  return std::string(to_string(label)) + (has_number ? fmt::format("_{}", generation) : "");
}

/// What a signature covers, and why that much.
[[nodiscard]] std::string_view covered_by(const SignatureStory& story) noexcept {
  if (story.is_of_message) return "all messages so far, so it can't be copied from another connection";
  return "both randoms and the server's half of the key exchange, so it can't be copied from another connection; what "
         "else was said is not covered before the Finished, which TLS 1.3 mended";
}

struct TicketFacts {
  std::uint32_t lifetime = 0;
  std::size_t size = 0;
};
[[nodiscard]] Result<TicketFacts> read_ticket(ByteView body, ProtocolVersion version) {
  if (version == ProtocolVersion::TLS1_3) {
    const auto ticket = tls::NewSessionTicket::parse(body);
    if (!ticket) return std::unexpected(ticket.error());
    return TicketFacts{ticket->ticket_lifetime, ticket->ticket.size()};
  }
  // RFC 5077 3.3.
  keyway::Reader in(body, "NewSessionTicket");
  TicketFacts facts;
  facts.lifetime = in.u32("ticket_lifetime_hint");
  facts.size = in.vector16("ticket").size();
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return facts;
}

}  // namespace

bool is_of_the_handshake(SecretLabel label) noexcept {
  return label == SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET || label == SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET;
}

Step tell_secrets(const std::vector<event::SecretDerived>& secrets) {
  Step step;
  step.kind = "keys";
  const bool early = std::ranges::all_of(secrets, is_of_the_handshake, &event::SecretDerived::label);
  step.headline = early ? "Keys for the rest of the handshake are derived, one for each direction"
                        : "Session keys are derived; both sides have the same, nobody else has them";
  step.data["secrets"] = Json::array();
  for (const event::SecretDerived& secret : secrets) {
    const std::string label = numbered(secret.label, secret.generation);
    step.facts.push_back({label, fmt::format("fingerprint {}, {} bits; {}", to_hex(secret.fingerprint), secret.size * 8,
                                             meaning_of(secret.label))});
    step.data["secrets"].push_back(
        {{"label", label}, {"fingerprint", to_hex(secret.fingerprint)}, {"bytes", secret.size}});
  }
  step.facts.push_back(
      {"", "A fingerprint lets both sides compare; the keys themselves are never shown.", Tone::aside});
  return step;
}

Step tell_key_agreement(const event::KeyAgreement& agreement, const Offer& offer) {
  Step step;
  step.kind = "key_agreement";
  const std::string group = to_string(agreement.group);
  step.headline = "Key agreement: both sides now share a secret that never went over the wire";
  step.facts.push_back({"group", out_of(group, names_of(offer.groups))});
  for (const std::string_view words : {meaning_of(agreement.group), explanation_of(agreement.group)}) {
    if (!words.empty()) step.facts.push_back({"", std::string(words), Tone::aside});
  }
  step.facts.push_back({"client's half", count_of(agreement.client_share_size, "byte")});
  step.facts.push_back({"server's half", count_of(agreement.server_share_size, "byte")});
  step.data = {{"group", group},
               {"client_share_bytes", agreement.client_share_size},
               {"server_share_bytes", agreement.server_share_size}};
  return step;
}

Step tell_signature(const SignatureStory& story, const Offer& offer) {
  Step step;
  step.kind = story.is_of_message ? "certificate_verify" : "server_key_exchange_signature";
  const std::string_view what = story.is_of_message ? "CertificateVerify" : "Signature";
  const std::string_view action = story.is_delegated    ? "signs the handshake with the delegated key"
                                  : !story.is_own       ? "proves that it holds the certificate's private key"
                                  : story.is_of_message ? "signs the handshake with its private key"
                                                        : "signs its half of the key exchange with its private key";
  step.headline = fmt::format("{}: the {} {}", what, story.signer, action);
  const std::string chosen = out_of(to_string(story.scheme), names_of(offer.signature_schemes));
  step.facts.push_back({"signature", chosen});
  if (const auto meaning = meaning_of(story.scheme); !meaning.empty()) {
    step.facts.push_back({"", std::string(meaning), Tone::aside});
  }
  if (story.size > 0) step.facts.push_back({"size", count_of(story.size, "byte")});
  step.facts.push_back({"over", std::string(covered_by(story))});
  if (!story.is_own) step.facts.push_back({"verdict", "it holds", Tone::good});
  step.data = {{"from", story.signer},
               {"scheme", {{"name", to_string(story.scheme)}, {"code", static_cast<unsigned>(story.scheme)}}},
               {"bytes", story.size}};
  return step;
}

Step tell_delegated_credential(const event::DelegatedCredential& credential, Time now) {
  Step step;
  step.kind = "delegated_credential";
  step.headline = "Delegated credential: the server proves itself with a key that its certificate's key has signed";
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(credential.until - now);
  step.facts.push_back({"good for", span_text(std::max(left, std::chrono::seconds(0)))});
  step.facts.push_back({"its key signs with", to_string(credential.scheme)});
  step.facts.push_back({"delegated with", to_string(credential.signature_scheme)});
  if (credential.direction == Direction::received) {
    step.facts.push_back({"verdict", "the certificate allows it, and its key signed it", Tone::good});
  }
  step.facts.push_back({"",
                        "The certificate's own key can stay where it is safest: what stands on the server is worth "
                        "nothing after some days.",
                        Tone::aside});
  step.data = {{"scheme", to_string(credential.scheme)},
               {"signature_scheme", to_string(credential.signature_scheme)},
               {"seconds_left", left.count()}};
  return step;
}

Step tell_finished(std::string_view sender, bool was_checked) {
  Step step;
  step.kind = "finished";
  step.headline = fmt::format("Finished, from the {}: a seal over the whole handshake", sender);
  step.data["from"] = sender;
  if (was_checked) {
    step.facts.push_back({"verdict", "it matches: nobody changed a word on the way", Tone::good});
  } else {
    step.facts.push_back({"for the peer", "to see that both saw the same messages, to the last bit"});
  }
  return step;
}

Step tell_ticket(ByteView body, ProtocolVersion version) {
  const auto ticket = read_ticket(body, version);
  if (!ticket) return tell_unreadable("new_session_ticket", "NewSessionTicket", ticket.error());
  Step step;
  step.kind = "new_session_ticket";
  step.headline = "NewSessionTicket: with it the client could come back faster";
  step.facts.push_back({"good for", span_text(std::chrono::seconds(ticket->lifetime))});
  step.facts.push_back({"size", count_of(ticket->size, "byte")});
  step.facts.push_back(
      {"",
       version == ProtocolVersion::TLS1_3
           ? "The session, sealed with a key that the server alone has: it keeps nothing itself. Each ticket is used "
             "once, so that nobody can tell that two visits are the same client's."
           : "The session, sealed with a key that the server alone has: it keeps nothing itself. In TLS 1.2 the ticket "
             "travels in the clear, and the new keys come from the same master secret: without a new key exchange.",
       Tone::aside});
  step.data = {{"lifetime_seconds", ticket->lifetime}, {"bytes", ticket->size}};
  return step;
}

Step tell_encrypted_record(const event::Record& record, std::string_view sender) {
  Step step;
  step.kind = "encrypted_record";
  step.headline =
      record.content_size == 0
          ? fmt::format("Encrypted: data from the {}, {} on the wire", sender, count_of(record.size, "byte"))
          : fmt::format("Encrypted: {} from the {} go over the wire as {}", count_of(record.content_size, "byte"),
                        sender, count_of(record.size, "byte"));
  const ByteView shown = record.first_bytes;
  for (std::size_t at = 0; at < shown.size(); at += 16) {
    const ByteView line = shown.subspan(at, std::min<std::size_t>(16, shown.size() - at));
    step.facts.push_back({at == 0 ? "as anybody sees it" : "", spaced_hex(line)});
  }
  if (shown.size() < record.size && !step.facts.empty()) step.facts.back().text += " …";
  step.facts.push_back({"",
                        "The first five bytes say “a record of so many bytes”; the rest is ciphertext, then a seal of "
                        "16 bytes that shows every change.",
                        Tone::aside});
  step.data = {{"from", sender},
               {"record_bytes", record.size},
               {"plaintext_bytes", record.content_size == 0 ? Json(nullptr) : Json(record.content_size)},
               {"first_bytes", to_hex(shown)}};
  return step;
}

}  // namespace keyway::explain
