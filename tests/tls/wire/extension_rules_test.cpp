#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "tls/wire/expect_error.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/sample_messages.hpp"

namespace keyway::tls::testing {
namespace {

constexpr ExtensionHome homes[] = {
    ExtensionHome::client_hello,         ExtensionHome::server_hello,       ExtensionHome::hello_retry_request,
    ExtensionHome::encrypted_extensions, ExtensionHome::certificate,        ExtensionHome::certificate_request,
    ExtensionHome::new_session_ticket,   ExtensionHome::server_hello_tls12,
};

bool is_offer(ExtensionHome home) {
  return home == ExtensionHome::client_hello || home == ExtensionHome::certificate_request ||
         home == ExtensionHome::new_session_ticket;
}

/// A block with one empty extension, and the bytes that it views.
struct OneExtension {
  explicit OneExtension(ExtensionType type) {
    Writer out(bytes);
    out.value(type);
    out.u16(0);
  }
  [[nodiscard]] ExtensionBlock block() const { return ExtensionBlock::of_own(bytes); }
  Bytes bytes;
};

Result<void> check(ExtensionType type, ExtensionHome home, const ExtensionSet& asked) {
  const OneExtension one(type);
  return check_extensions(one.block(), home, asked, "Message");
}

ExtensionSet set_of(ExtensionType type) {
  ExtensionSet set;
  set.add(type);
  return set;
}

/// RFC 8446 4.2: the table at its end, in its own notation.
const std::map<ExtensionType, std::string> table_of_the_rfc = {
    {ExtensionType::server_name, "CH EE"},
    {ExtensionType::max_fragment_length, "CH EE"},
    {ExtensionType::status_request, "CH CR CT"},
    {ExtensionType::supported_groups, "CH EE"},
    {ExtensionType::signature_algorithms, "CH CR"},
    {ExtensionType::use_srtp, "CH EE"},
    {ExtensionType::heartbeat, "CH EE"},
    {ExtensionType::application_layer_protocol_negotiation, "CH EE"},
    {ExtensionType::signed_certificate_timestamp, "CH CR CT"},
    {ExtensionType::client_certificate_type, "CH EE"},
    {ExtensionType::server_certificate_type, "CH EE"},
    {ExtensionType::padding, "CH"},
    {ExtensionType::key_share, "CH SH HRR"},
    {ExtensionType::pre_shared_key, "CH SH"},
    {ExtensionType::psk_key_exchange_modes, "CH"},
    {ExtensionType::early_data, "CH EE NST"},
    {ExtensionType::cookie, "CH HRR"},
    {ExtensionType::supported_versions, "CH SH HRR"},
    {ExtensionType::certificate_authorities, "CH CR"},
    {ExtensionType::oid_filters, "CR"},
    {ExtensionType::post_handshake_auth, "CH"},
    {ExtensionType::signature_algorithms_cert, "CH CR"},
};

std::uint16_t bits_of(const std::string& notation) {
  const std::map<std::string, ExtensionHome> names = {
      {"CH", ExtensionHome::client_hello},         {"SH", ExtensionHome::server_hello},
      {"HRR", ExtensionHome::hello_retry_request}, {"EE", ExtensionHome::encrypted_extensions},
      {"CT", ExtensionHome::certificate},          {"CR", ExtensionHome::certificate_request},
      {"NST", ExtensionHome::new_session_ticket},
  };
  std::istringstream words(notation);
  unsigned bits = 0;
  for (std::string word; words >> word;) bits |= static_cast<unsigned>(names.at(word));
  return static_cast<std::uint16_t>(bits);
}

const ExtensionRule& rule_of(ExtensionType type) {
  return *std::ranges::find(extension_rules(), type, &ExtensionRule::type);
}

TEST(ExtensionRules, AgreeWithTheTableOfTheRfc) {
  constexpr auto tls12 = static_cast<std::uint16_t>(ExtensionHome::server_hello_tls12);
  for (const auto& [type, notation] : table_of_the_rfc) {
    EXPECT_EQ(rule_of(type).homes & ~tls12, bits_of(notation)) << to_string(type);
  }
}

TEST(ExtensionRules, NameEveryKnownExtensionOnceAndInOrder) {
  int known = 0;
  for (unsigned code = 0; code <= 0xffff; ++code) {
    const auto type = static_cast<ExtensionType>(code);
    if (is_grease(static_cast<std::uint16_t>(code)) || to_string(type).starts_with("0x")) continue;
    ++known;
    EXPECT_EQ(std::ranges::count(extension_rules(), type, &ExtensionRule::type), 1) << to_string(type);
  }
  EXPECT_EQ(static_cast<std::size_t>(known), extension_rules().size());
  EXPECT_TRUE(std::ranges::is_sorted(extension_rules(), {}, &ExtensionRule::type));
}

TEST(ExtensionRules, KeepTls12AnswersOutOfTls13) {
  for (const ExtensionType type :
       {ExtensionType::ec_point_formats, ExtensionType::encrypt_then_mac, ExtensionType::extended_master_secret,
        ExtensionType::session_ticket, ExtensionType::renegotiation_info}) {
    EXPECT_TRUE(check(type, ExtensionHome::server_hello_tls12, set_of(type)).has_value()) << to_string(type);
    for (const ExtensionHome home : {ExtensionHome::server_hello, ExtensionHome::encrypted_extensions}) {
      expect_error(check(type, home, set_of(type)), ErrorCode::MisplacedExtension, "Message, extension ",
                   AlertDescription::illegal_parameter);
    }
  }
}

TEST(CheckExtensions, TakesEachExtensionWhereItMayStandAndNowhereElse) {
  for (const ExtensionRule& rule : extension_rules()) {
    for (const ExtensionHome home : homes) {
      SCOPED_TRACE(to_string(rule.type) + " in " + std::to_string(static_cast<unsigned>(home)));
      const auto checked = check(rule.type, home, set_of(rule.type));
      if ((rule.homes & static_cast<unsigned>(home)) != 0) {
        EXPECT_TRUE(checked.has_value());
      } else {
        expect_error(checked, ErrorCode::MisplacedExtension, "Message, extension " + to_string(rule.type),
                     AlertDescription::illegal_parameter);
      }
    }
  }
}

TEST(CheckExtensions, RefusesAnAnswerThatNobodyAskedFor) {
  for (const ExtensionRule& rule : extension_rules()) {
    for (const ExtensionHome home : homes) {
      if ((rule.homes & static_cast<unsigned>(home)) == 0 || is_offer(home)) continue;
      if (rule.type == ExtensionType::cookie) continue;
      SCOPED_TRACE(to_string(rule.type) + " in " + std::to_string(static_cast<unsigned>(home)));
      expect_error(check(rule.type, home, ExtensionSet()), ErrorCode::UnsolicitedExtension, "Message, extension ",
                   AlertDescription::unsupported_extension);
    }
  }
}

TEST(CheckExtensions, LetsARetryCarryACookieThatNobodyAskedFor) {
  EXPECT_TRUE(check(ExtensionType::cookie, ExtensionHome::hello_retry_request, ExtensionSet()).has_value());
}

TEST(CheckExtensions, PassesOverUnknownExtensionsInOffersAlone) {
  for (const unsigned code : {0x0a0aU, 0x1234U, 59U, 0xffffU}) {
    for (const ExtensionHome home : homes) {
      SCOPED_TRACE(std::to_string(code) + " in " + std::to_string(static_cast<unsigned>(home)));
      const auto checked = check(static_cast<ExtensionType>(code), home, set_of(static_cast<ExtensionType>(code)));
      if (is_offer(home)) {
        EXPECT_TRUE(checked.has_value());
      } else {
        expect_error(checked, ErrorCode::UnsolicitedExtension, "Message, extension ",
                     AlertDescription::unsupported_extension);
      }
    }
  }
}

TEST(CheckExtensions, JudgesEveryExtensionOfABlock) {
  SampleMaker maker(1);
  Bytes contents;
  Writer out(contents);
  for (const ExtensionType type : {ExtensionType::server_name, ExtensionType::early_data, ExtensionType::key_share}) {
    out.value(type);
    out.u16(0);
  }
  const ExtensionBlock block = ExtensionBlock::of_own(contents);

  const auto checked =
      check_extensions(block, ExtensionHome::encrypted_extensions, ExtensionSet::of(block), "EncryptedExtensions");

  expect_error(checked, ErrorCode::MisplacedExtension, "EncryptedExtensions, extension key_share",
               AlertDescription::illegal_parameter);
}

TEST(ExtensionSet, HoldsExactlyTheKnownTypesOfABlock) {
  for (const ExtensionRule& rule : extension_rules()) {
    const OneExtension one(rule.type);

    const ExtensionSet set = ExtensionSet::of(one.block());

    for (const ExtensionRule& other : extension_rules()) EXPECT_EQ(set.has(other.type), other.type == rule.type);
  }
  EXPECT_FALSE(set_of(static_cast<ExtensionType>(0x0a0a)).has(static_cast<ExtensionType>(0x0a0a)));
}

}  // namespace
}  // namespace keyway::tls::testing
