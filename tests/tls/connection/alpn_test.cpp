// The application protocol, chosen by the application.

#include <gtest/gtest.h>

#include <functional>

#include "testing/pair.hpp"
#include "testing/tls12_wire.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

class Chooser final : public AlpnChooser {
 public:
  using Choice = std::function<AlpnAnswer(std::span<const std::string>, const ClientHelloView&)>;
  explicit Chooser(Choice choice) : choice_(std::move(choice)) {}
  AlpnAnswer choose(std::span<const std::string> offered, const ClientHelloView& hello) const override {
    ++calls;
    return choice_(offered, hello);
  }
  mutable int calls = 0;

 private:
  Choice choice_;
};

class AlpnChoice : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  [[nodiscard]] Pair pair(std::shared_ptr<const AlpnChooser> chooser, std::vector<std::string> offered) const {
    const Policy policy = Policy::compatible_2026().narrowed_to({GetParam()});
    auto client = client_builder();
    client.policy(policy).alpn(std::move(offered));
    auto server = server_builder();
    server.policy(policy).alpn_chooser(std::move(chooser));
    return make_tls_pair(build(std::move(client)), build(std::move(server)));
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, AlpnChoice, ::testing::Values(ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3),
                         [](const auto& tested) {
                           return tested.param == ProtocolVersion::TLS1_2 ? "Tls12" : "Tls13";
                         });

TEST_P(AlpnChoice, IsMadeByWhatTheClientAsks) {
  const auto last = std::make_shared<Chooser>([](auto offered, const ClientHelloView& hello) -> AlpnAnswer {
    EXPECT_EQ(hello.server_name(), "shop.localhost");
    return alpn::Use{offered.back()};
  });
  Pair pair = this->pair(last, {"h2", "http/1.1"});

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.info().alpn, "http/1.1");
  EXPECT_EQ(pair.server.info().alpn, "http/1.1");
  EXPECT_EQ(last->calls, 1);
}

TEST_P(AlpnChoice, IsNotAskedForWithoutAnOffer) {
  const auto never = std::make_shared<Chooser>([](auto, const auto&) { return alpn::Refuse{}; });
  Pair pair = this->pair(never, {});

  EXPECT_TRUE(pair.run());

  EXPECT_EQ(never->calls, 0);
}

TEST_P(AlpnChoice, CanDecline) {
  Pair pair = this->pair(std::make_shared<Chooser>([](auto, const auto&) { return alpn::Decline{}; }), {"h2"});

  EXPECT_TRUE(pair.run());

  EXPECT_EQ(pair.client.info().alpn, "");
}

TEST_P(AlpnChoice, CanRefuse) {
  Pair pair = this->pair(std::make_shared<Chooser>([](auto, const auto&) { return alpn::Refuse{}; }), {"h2"});

  EXPECT_FALSE(pair.run());

  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCommonAlpn);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::no_application_protocol);
}

TEST_P(AlpnChoice, OfWhatWasNotOfferedIsTheServersOwnFault) {
  for (const std::string protocol : {"", "h3"}) {
    Pair pair = this->pair(std::make_shared<Chooser>([&](auto, const auto&) { return alpn::Use{protocol}; }), {"h2"});

    EXPECT_FALSE(pair.run());

    EXPECT_EQ(pair.server.error()->code(), ErrorCode::AlpnNotOffered);
    EXPECT_EQ(pair.server.error()->alert(), AlertDescription::internal_error);
  }
}

TEST(AlpnChoiceOf, TheServerIsEitherAnOrderOrAChooser) {
  auto server = server_builder();
  server.alpn({"h2"}).alpn_chooser(std::make_shared<Chooser>([](auto, const auto&) { return alpn::Decline{}; }));

  EXPECT_EQ(server.build().error().code(), ErrorCode::InvalidConfiguration);
}

TEST(AlpnChoiceOf, AServerThatWasNotOfferedIsTakenByWhoSaysSo) {
  auto client = client_builder();
  client.alpn({"h2"}).take_unoffered_alpn();
  const auto config = build(std::move(client));

  EXPECT_TRUE(config->takes_unoffered_alpn());
  EXPECT_EQ(config->weakenings().size(), 1U);
}

}  // namespace
}  // namespace keyway
