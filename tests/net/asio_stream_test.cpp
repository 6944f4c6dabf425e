#include <array>
#include <list>
#include <thread>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include "net/stream_pair.hpp"
#include "testing/client_identity.hpp"

namespace keyway::testing {
namespace {

namespace boost_net = boost::asio;

class AsioStream : public ::testing::Test {
 protected:
  boost_net::io_context context;
};

void expect_well(const std::pair<error_code, error_code>& outcome) {
  EXPECT_FALSE(outcome.first) << outcome.first.message();
  EXPECT_FALSE(outcome.second) << outcome.second.message();
}

TEST_F(AsioStream, EchoesWithCallbacks) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  std::array<char, 64> at_server{};
  std::array<char, 5> at_client{};
  boost_net::async_write(pair.client, boost_net::buffer("hello", 5),
                         [](error_code error, std::size_t) { EXPECT_FALSE(error); });
  pair.server.async_read_some(boost_net::buffer(at_server), [&](error_code error, std::size_t count) {
    ASSERT_FALSE(error);
    boost_net::async_write(pair.server, boost_net::buffer(at_server, count),
                           [](error_code written, std::size_t) { EXPECT_FALSE(written); });
  });
  boost_net::async_read(pair.client, boost_net::buffer(at_client),
                        [](error_code error, std::size_t) { EXPECT_FALSE(error); });
  pair.run();
  EXPECT_EQ(std::string(at_client.data(), at_client.size()), "hello");
}

TEST_F(AsioStream, EchoesWithCoroutines) {
  StreamPair pair(context);
  const auto server = [&]() -> awaitable<void> {
    co_await pair.server.async_handshake(use_awaitable);
    std::string text(5, '\0');
    co_await boost_net::async_read(pair.server, boost_net::buffer(text), use_awaitable);
    co_await boost_net::async_write(pair.server, boost_net::buffer(text), use_awaitable);
  };
  std::string got(5, '\0');
  const auto client = [&]() -> awaitable<void> {
    co_await pair.client.async_handshake(use_awaitable);
    co_await boost_net::async_write(pair.client, boost_net::buffer("hello", 5), use_awaitable);
    co_await boost_net::async_read(pair.client, boost_net::buffer(got), use_awaitable);
  };
  pair.run_all(server, client);
  EXPECT_EQ(got, "hello");
  EXPECT_EQ(pair.client.connection()->info().version, ProtocolVersion::TLS1_3);
}

TEST_F(AsioStream, EchoesWithFutures) {
  StreamPair pair(context);
  auto work = boost_net::make_work_guard(context);
  std::thread thread([&] { context.run(); });
  auto client_done = pair.client.async_handshake(boost_net::use_future);
  auto server_done = pair.server.async_handshake(boost_net::use_future);
  EXPECT_NO_THROW(client_done.get());
  EXPECT_NO_THROW(server_done.get());
  std::string got(5, '\0');
  auto written = boost_net::async_write(pair.client, boost_net::buffer("hello", 5), boost_net::use_future);
  auto read = boost_net::async_read(pair.server, boost_net::buffer(got), boost_net::use_future);
  EXPECT_EQ(written.get(), 5U);
  EXPECT_EQ(read.get(), 5U);
  EXPECT_EQ(got, "hello");
  work.reset();
  thread.join();
}

TEST_F(AsioStream, EchoesWithBlockingCalls) {
  StreamPair pair(context);
  std::thread peer([&] {
    pair.server.handshake();
    std::string text(5, '\0');
    boost_net::read(pair.server, boost_net::buffer(text));
    boost_net::write(pair.server, boost_net::buffer(text));
    pair.server.shutdown();
  });
  pair.client.handshake();
  boost_net::write(pair.client, boost_net::buffer("hello", 5));
  std::string got(5, '\0');
  boost_net::read(pair.client, boost_net::buffer(got));
  EXPECT_EQ(got, "hello");
  error_code error;
  pair.client.read_some(boost_net::buffer(got), error);
  EXPECT_EQ(error, boost_net::error::eof);
  pair.client.shutdown(error);
  EXPECT_FALSE(error) << error.message();
  peer.join();
}

awaitable<void> write_all(Stream& stream, const std::string& text, std::size_t step, bool updates_keys) {
  for (std::size_t at = 0, turn = 0; at < text.size(); at += step, ++turn) {
    if (updates_keys && turn % 7 == 3) {
      EXPECT_TRUE(stream.connection()->update_keys(true));
    }
    co_await boost_net::async_write(stream, boost_net::buffer(text.data() + at, std::min(step, text.size() - at)),
                                    use_awaitable);
  }
  co_await stream.async_shutdown_send(use_awaitable);
}
awaitable<void> read_all(Stream& stream, std::string& into) {
  std::vector<char> room(50'000);
  for (;;) {
    error_code error;
    const std::size_t count =
        co_await stream.async_read_some(boost_net::buffer(room), redirect_error(use_awaitable, error));
    into.append(room.data(), count);
    if (error == boost_net::error::eof) co_return;
    if (error) throw boost::system::system_error(error);
  }
}

TEST_F(AsioStream, CarriesMegabytesBothWaysAtOnceWhileBothSidesChangeKeys) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  const std::string up = pattern(8'000'000, 1);
  const std::string down = pattern(6'000'000, 2);
  std::string at_server;
  std::string at_client;
  pair.run_all(write_all(pair.client, up, 100'000, true), write_all(pair.server, down, 33'333, true),
               read_all(pair.client, at_client), read_all(pair.server, at_server));
  EXPECT_TRUE(at_server == up);
  EXPECT_TRUE(at_client == down);
}

TEST_F(AsioStream, AnswersAKeyUpdateThoughItOnlyReads) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  // Records of the server's come under new keys after each answer: the client's reads must keep pace.
  std::string got;
  const std::string sent = pattern(300'000, 3);
  const auto drain_answers = [&]() -> awaitable<void> {
    error_code error;
    std::array<char, 16> room{};
    co_await pair.server.async_read_some(boost_net::buffer(room), redirect_error(use_awaitable, error));
    EXPECT_EQ(error, boost_net::error::eof);
  };
  const auto read_then_close = [&]() -> awaitable<void> {
    co_await read_all(pair.client, got);
    co_await pair.client.async_shutdown_send(use_awaitable);
  };
  pair.run_all(write_all(pair.server, sent, 1'000, true), read_then_close(), drain_answers());
  EXPECT_TRUE(got == sent);
}

TEST_F(AsioStream, SealsManySmallPiecesAndReadsThemInSmallOnes) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  const std::string text = pattern(10'000, 4);
  std::vector<boost_net::const_buffer> pieces;
  for (std::size_t at = 0; at < text.size(); at += 50) pieces.emplace_back(text.data() + at, 50);
  pieces.insert(pieces.begin() + 3, boost_net::const_buffer());
  std::string got;
  const auto read = [&]() -> awaitable<void> {
    std::array<char, 7> room{};
    std::array<char, 3> more{};
    const std::array<boost_net::mutable_buffer, 3> buffers{boost_net::buffer(room), boost_net::mutable_buffer(),
                                                           boost_net::buffer(more)};
    while (got.size() < text.size()) {
      const std::size_t count = co_await pair.server.async_read_some(buffers, use_awaitable);
      got.append(room.data(), std::min(count, room.size()));
      if (count > room.size()) got.append(more.data(), count - room.size());
    }
  };
  const auto write = [&]() -> awaitable<void> {
    EXPECT_EQ(co_await boost_net::async_write(pair.client, pieces, use_awaitable), text.size());
  };
  pair.run_all(read, write);
  EXPECT_TRUE(got == text);
}

TEST_F(AsioStream, TellsACleanEndFromATruncatedOne) {
  for (const bool is_clean : {true, false}) {
    StreamPair pair(context);
    expect_well(pair.shake_hands());
    std::string got;
    error_code ended;
    const auto read = [&]() -> awaitable<void> {
      std::array<char, 100> room{};
      while (!ended) {
        const std::size_t count =
            co_await pair.client.async_read_some(boost_net::buffer(room), redirect_error(use_awaitable, ended));
        got.append(room.data(), count);
      }
    };
    const auto write = [&]() -> awaitable<void> {
      co_await boost_net::async_write(pair.server, boost_net::buffer("data", 4), use_awaitable);
      if (is_clean) co_await pair.server.async_shutdown_send(use_awaitable);
      pair.server.lowest_layer().shutdown(tcp::socket::shutdown_both);
      pair.server.lowest_layer().close();
    };
    pair.run_all(read, write);
    EXPECT_EQ(got, "data");
    if (is_clean) {
      EXPECT_EQ(ended, boost_net::error::eof);
      EXPECT_EQ(pair.client.error(), nullptr);
    } else {
      EXPECT_EQ(ended, ErrorCode::TruncatedStream);
      ASSERT_NE(pair.client.error(), nullptr);
      EXPECT_EQ(pair.client.error()->code(), ErrorCode::TruncatedStream);
    }
  }
}

TEST_F(AsioStream, GoesOnReadingAfterItEndedItsOwnDirection) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  std::string at_client;
  std::string at_server;
  error_code refused;
  const auto client = [&]() -> awaitable<void> {
    co_await boost_net::async_write(pair.client, boost_net::buffer("question", 8), use_awaitable);
    co_await pair.client.async_shutdown_send(use_awaitable);
    co_await boost_net::async_write(pair.client, boost_net::buffer("more", 4), redirect_error(use_awaitable, refused));
    co_await read_all(pair.client, at_client);
  };
  const auto server = [&]() -> awaitable<void> {
    co_await read_all(pair.server, at_server);
    co_await boost_net::async_write(pair.server, boost_net::buffer("answer", 6), use_awaitable);
    co_await pair.server.async_shutdown(use_awaitable);
  };
  pair.run_all(client, server);
  EXPECT_EQ(at_server, "question");
  EXPECT_EQ(at_client, "answer");
  EXPECT_EQ(refused, ErrorCode::AlreadyClosed);
}

TEST_F(AsioStream, ShutdownWaitsForThePeerAndDropsWhatStillComes) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  const auto server = [&]() -> awaitable<void> {
    co_await boost_net::async_write(pair.server, boost_net::buffer(pattern(40'000, 5)), use_awaitable);
    std::string ignored;
    co_await read_all(pair.server, ignored);
    co_await pair.server.async_shutdown(use_awaitable);
  };
  bool is_done = false;
  const auto client = [&]() -> awaitable<void> {
    co_await pair.client.async_shutdown(use_awaitable);
    is_done = true;
  };
  pair.run_all(server, client);
  EXPECT_TRUE(is_done);
  EXPECT_TRUE(pair.client.connection()->peer_has_closed());
}

TEST_F(AsioStream, ACancelledReadLosesNothing) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  for (const auto type : {boost_net::cancellation_type::terminal, boost_net::cancellation_type::partial,
                          boost_net::cancellation_type::total}) {
    boost_net::cancellation_signal signal;
    std::array<char, 16> room{};
    error_code ended;
    pair.client.async_read_some(
        boost_net::buffer(room),
        boost_net::bind_cancellation_slot(signal.slot(), [&](error_code error, std::size_t) { ended = error; }));
    boost_net::post(context, [&] { signal.emit(type); });
    pair.run();
    EXPECT_EQ(ended, boost_net::error::operation_aborted);
  }
  std::string got(5, '\0');
  const auto read = [&]() -> awaitable<void> {
    co_await boost_net::async_read(pair.client, boost_net::buffer(got), use_awaitable);
  };
  const auto write = [&]() -> awaitable<void> {
    co_await boost_net::async_write(pair.server, boost_net::buffer("hello", 5), use_awaitable);
  };
  pair.run_all(read, write);
  EXPECT_EQ(got, "hello");
}

TEST_F(AsioStream, AWriteThatWasCancelledHalfWayGoesOnWithTheNext) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  const std::string text = pattern(20'000'000, 6);
  boost_net::cancellation_signal signal;
  std::size_t taken = 0;
  error_code ended;
  // Nobody reads: the socket fills up in the middle of a record.
  boost_net::async_write(pair.client, boost_net::buffer(text),
                         boost_net::bind_cancellation_slot(signal.slot(), [&](error_code error, std::size_t count) {
                           ended = error;
                           taken = count;
                         }));
  boost_net::steady_timer timer(context, std::chrono::milliseconds(200));
  timer.async_wait([&](error_code) { signal.emit(boost_net::cancellation_type::terminal); });
  pair.run();
  ASSERT_EQ(ended, boost_net::error::operation_aborted);
  ASSERT_LT(taken, text.size());

  std::string got;
  pair.run_all(write_all(pair.client, text.substr(taken), 65'536, false), read_all(pair.server, got));
  EXPECT_TRUE(got == text);
}

TEST_F(AsioStream, ACancelledHandshakeEnds) {
  StreamPair pair(context);
  boost_net::cancellation_signal signal;
  error_code ended;
  pair.server.async_handshake(
      boost_net::bind_cancellation_slot(signal.slot(), [&](error_code error) { ended = error; }));
  boost_net::post(context, [&] { signal.emit(boost_net::cancellation_type::terminal); });
  pair.run();
  EXPECT_EQ(ended, boost_net::error::operation_aborted);
}

TEST_F(AsioStream, TellsWhyAHandshakeFailedOnBothSides) {
  StreamPair pair(context, nullptr, build(std::move(server_builder().unknown_name(UnknownName::use_default))),
                  server_name("other.localhost"));
  const auto [client, server] = pair.shake_hands();
  EXPECT_EQ(client, ErrorCode::NameMismatch);
  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_NE(pair.client.error()->message().find("other.localhost"), std::string::npos);
  EXPECT_EQ(server, ErrorCode::AlertReceived);
}

TEST_F(AsioStream, TellsAboutAConfigurationThatIsMissing) {
  auto [client, server] = join_sockets(context);
  Stream stream(std::move(client), std::shared_ptr<const ClientConfig>(), server_name());
  EXPECT_EQ(stream.connection(), nullptr);
  error_code error;
  stream.async_handshake([&](error_code ended) { error = ended; });
  context.run();
  EXPECT_EQ(error, ErrorCode::InvalidArgument);
  std::array<char, 4> room{};
  stream.read_some(boost_net::buffer(room), error);
  EXPECT_EQ(error, ErrorCode::InvalidArgument);
}

TEST_F(AsioStream, RefusesToReadAndWriteBeforeTheHandshake) {
  StreamPair pair(context);
  std::array<char, 4> room{};
  error_code error;
  pair.client.read_some(boost_net::buffer(room), error);
  EXPECT_EQ(error, ErrorCode::NotReady);
  pair.client.write_some(boost_net::buffer(room), error);
  EXPECT_EQ(error, ErrorCode::NotReady);
}

TEST_F(AsioStream, MovesBetweenOperations) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  std::string got(4, '\0');
  boost_net::write(pair.server, boost_net::buffer("abcd", 4));
  // Two bytes stay behind, decrypted, and move along.
  boost_net::read(pair.client, boost_net::buffer(got, 2));
  Stream moved = std::move(pair.client);
  boost_net::read(moved, boost_net::buffer(got) + 2);
  EXPECT_EQ(got, "abcd");
}

TEST_F(AsioStream, NeverCompletesInsideTheCallThatStartsIt) {
  StreamPair pair(context);
  expect_well(pair.shake_hands());
  boost_net::write(pair.server, boost_net::buffer("ab", 2));
  std::array<char, 1> room{};
  pair.client.read_some(boost_net::buffer(room));
  bool is_called = false;
  pair.client.async_read_some(boost_net::buffer(room), [&](error_code, std::size_t) { is_called = true; });
  EXPECT_FALSE(is_called);
  pair.run();
  EXPECT_TRUE(is_called);
  EXPECT_EQ(room[0], 'b');
}

// --- pauses

TEST_F(AsioStream, WaitsForAnAnswerFromAnotherThread) {
  StreamPair pair(context, nullptr,
                  build(std::move(ServerConfig::Builder().provider(provider()).pause_for_credential())));
  std::thread elsewhere;
  std::string asked_for;
  pair.server.on_pause([&](Connection& connection, Pause pause, keyway::asio::Resume resume) {
    EXPECT_EQ(pause, Pause::credential);
    asked_for = connection.pending_client_hello()->server_name().value_or("");
    elsewhere = std::thread([resume = std::move(resume)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      resume(answer::UseCredential{shared_credential()});
    });
  });
  expect_well(pair.shake_hands());
  EXPECT_EQ(asked_for, "shop.localhost");
  elsewhere.join();
}

/// Both sides wait for the application once the handshake is done: the client for what to show, the server for a
/// verdict.
std::shared_ptr<const ClientConfig> client_asked_later() {
  ClientConfig::Builder builder = client_builder();
  builder.allow_late_authentication().pause_for_credential();
  return build(std::move(builder));
}
std::shared_ptr<const ServerConfig> server_that_asks_later() {
  ServerConfig::Builder builder = server_builder();
  builder.ask_for_client_certificate(shared_trust()).ask_clients_later().pause_for_verification();
  return build(std::move(builder));
}
Answer answer_to(Connection& connection, Pause pause) {
  if (pause == Pause::credential) return answer::UseCredential{shared_client_credential()};
  const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
  return answer::Verified{verifier.verify(connection.pending_chain(), nullptr, x509::Purpose::client, test_now)};
}

TEST_F(AsioStream, ReadsWaitForAnswersThatAreDueAfterTheHandshake) {
  StreamPair pair(context, client_asked_later(), server_that_asks_later());
  std::vector<Pause> pauses;
  const auto answer = [&](Connection& connection, Pause pause, keyway::asio::Resume resume) {
    pauses.push_back(pause);
    boost_net::post(context, [given = answer_to(connection, pause), resume = std::move(resume)]() mutable {
      resume(std::move(given));
    });
  };
  pair.client.on_pause(answer);
  pair.server.on_pause(answer);
  const auto server = [&]() -> awaitable<void> {
    co_await pair.server.async_handshake(use_awaitable);
    EXPECT_TRUE(pair.server.connection()->request_client_certificate());
    co_await boost_net::async_write(pair.server, boost_net::buffer("who?", 4), use_awaitable);
    std::string text(2, '\0');
    co_await boost_net::async_read(pair.server, boost_net::buffer(text), use_awaitable);
    EXPECT_EQ(text, "me");
  };
  const auto client = [&]() -> awaitable<void> {
    co_await pair.client.async_handshake(use_awaitable);
    std::string text(4, '\0');
    co_await boost_net::async_read(pair.client, boost_net::buffer(text), use_awaitable);
    EXPECT_EQ(text, "who?");
    co_await boost_net::async_write(pair.client, boost_net::buffer("me", 2), use_awaitable);
  };
  pair.run_all(server, client);
  EXPECT_EQ(pauses, (std::vector{Pause::credential, Pause::verification}));
  EXPECT_EQ(pair.server.connection()->info().late_authentication, ClientProofLater::proven);
}

TEST_F(AsioStream, RefusesWhenNobodyAnswersAPause) {
  StreamPair pair(context, nullptr,
                  build(std::move(ServerConfig::Builder().provider(provider()).pause_for_credential())));
  const auto [client, server] = pair.shake_hands();
  EXPECT_EQ(client, ErrorCode::AlertReceived);
  EXPECT_EQ(server, ErrorCode::RejectedByApplication);
}

TEST_F(AsioStream, ACancelledPauseEndsAndALateAnswerDoesNothing) {
  std::optional<keyway::asio::Resume> kept;
  error_code ended;
  {
    StreamPair pair(context, nullptr,
                    build(std::move(ServerConfig::Builder().provider(provider()).pause_for_credential())));
    boost_net::cancellation_signal signal;
    pair.server.on_pause([&](Connection&, Pause, keyway::asio::Resume resume) {
      kept.emplace(std::move(resume));
      boost_net::post(context, [&] { signal.emit(boost_net::cancellation_type::terminal); });
    });
    pair.client.async_handshake([](error_code) {});
    pair.server.async_handshake(boost_net::bind_cancellation_slot(signal.slot(), [&](error_code error) {
      ended = error;
      pair.server.lowest_layer().close();
    }));
    pair.run();
  }
  EXPECT_EQ(ended, boost_net::error::operation_aborted);
  ASSERT_TRUE(kept);
  (*kept)(answer::Proceed{});
  context.restart();
  context.run();
}

// --- peers that go away

/// The bytes of a whole handshake from one side, as they would be on the wire.
[[nodiscard]] Bytes client_flight() {
  auto connection = Connection::client(build(client_builder()), server_name());
  return drain(*connection);
}

TEST_F(AsioStream, ServerSurvivesAClientThatGoesAwayAtAnyByte) {
  const Bytes flight = client_flight();
  const auto config = build(server_builder());
  for (std::size_t size = 0; size <= flight.size(); ++size) {
    auto [client, server] = join_sockets(context);
    Stream stream(std::move(server), config);
    error_code ended;
    stream.async_handshake([&](error_code error) { ended = error; });
    boost_net::write(client, boost_net::buffer(flight.data(), size));
    client.shutdown(tcp::socket::shutdown_send);
    context.restart();
    context.run_for(std::chrono::seconds(5));
    ASSERT_TRUE(ended == ErrorCode::PeerClosedInHandshake || ended == ErrorCode::TruncatedStream)
        << "after " << size << " bytes: " << ended.message();
  }
}

TEST_F(AsioStream, ClientSurvivesAServerThatGoesAwayAtAnyByte) {
  const auto client_config = build(client_builder());
  const auto server_config = build(server_builder());
  bool is_over = false;
  for (std::size_t size = 0; !is_over; size += size < 200 ? 1 : 7) {
    auto [client, server] = join_sockets(context);
    Stream stream(std::move(client), client_config, server_name());
    std::optional<error_code> ended;
    stream.async_handshake([&](error_code error) { ended = error; });
    context.restart();
    context.poll();
    auto connection = Connection::server(server_config);
    Bytes room(4096);
    const std::size_t count = server.read_some(boost_net::buffer(room));
    static_cast<void>(feed(*connection, ByteView(room).first(count)));
    const Bytes flight = drain(*connection);
    is_over = size >= flight.size();
    boost_net::write(server, boost_net::buffer(flight.data(), std::min(size, flight.size())));
    server.shutdown(tcp::socket::shutdown_send);
    context.restart();
    context.run_for(std::chrono::seconds(5));
    ASSERT_TRUE(ended);
    if (is_over) {
      EXPECT_FALSE(*ended);
    } else {
      ASSERT_TRUE(*ended == ErrorCode::PeerClosedInHandshake || *ended == ErrorCode::TruncatedStream)
          << "after " << size << " bytes: " << ended->message();
    }
  }
}

}  // namespace
}  // namespace keyway::testing
