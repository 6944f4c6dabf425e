#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <keyway/connection.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/established.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/next.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls {

/// A state that waits for a message of the peer. It names what it `accepts`; anything else is `unexpected_message`.
/// handle() consumes the state and gives the next.
template <typename S>
concept MessageState = requires(S state, Flow& flow, const HandshakeMessage& message) {
  typename S::Next;
  { S::name } -> std::convertible_to<std::string_view>;
  { std::span<const HandshakeType>(S::accepts) };
  { std::move(state).handle(flow, message) } -> std::same_as<Result<typename S::Next>>;
};

/// A state that always waits for the same.
template <typename S>
concept HasOnePause = requires {
  { S::pause } -> std::convertible_to<Pause>;
};

/// A state that waits for the application.
template <typename S>
concept PausedState = requires(S state, const S& waiting, Flow& flow, Answer& answer) {
  typename S::Next;
  { S::name } -> std::convertible_to<std::string_view>;
  requires HasOnePause<S> || requires {
    { waiting.waits_for() } -> std::same_as<Pause>;
  };
  { waiting.takes(answer) } -> std::same_as<bool>;
  { std::move(state).resume(flow, answer) } -> std::same_as<Result<typename S::Next>>;
};

/// A state that waits for TLS 1.2's ChangeCipherSpec, after which the peer's records are protected.
template <typename S>
concept CipherChangeState = requires(S state, Flow& flow) {
  typename S::Next;
  { S::name } -> std::convertible_to<std::string_view>;
  { std::move(state).change_cipher_spec(flow) } -> std::same_as<Result<typename S::Next>>;
};

/// One row of a machine's table: a state and every state that may follow. The compiler holds the table against the
/// states' own results, so an illegal transition doesn't build.
template <typename State, typename... Nexts>
struct Row {
  using state = State;
  static_assert(MessageState<State> || PausedState<State> || CipherChangeState<State>);
  static_assert(std::is_same_v<typename State::Next, std::variant<Nexts...>>, "the table and the state disagree");
};

/// What the table says of a state, for tests that are generated from it.
struct StateFacts {
  std::string_view name;
  std::span<const HandshakeType> accepts;  ///< empty for a paused state and for one that awaits ChangeCipherSpec
  bool is_paused = false;
};

/// One version's table: a row for each state.
template <typename... Rows>
struct Table {
  [[nodiscard]] static std::array<StateFacts, sizeof...(Rows)> facts() noexcept {
    return {facts_of<typename Rows::state>()...};
  }

 private:
  template <typename S>
  [[nodiscard]] static StateFacts facts_of() noexcept {
    if constexpr (MessageState<S>) {
      return {S::name, S::accepts, false};
    } else {
      return {S::name, {}, PausedState<S>};
    }
  }
};

template <typename Tls13, typename Tls12>
class Machine;

/// A handshake in one of its states. The tables are the whole machine.
template <typename... Rows13, typename... Rows12>
class Machine<Table<Rows13...>, Table<Rows12...>> {
 public:
  using State = std::variant<typename Rows13::state..., Established, typename Rows12::state..., EstablishedTls12>;

  template <typename First>
  explicit Machine(First first) : state_(std::move(first)) {}

  /// Gives a message to the state in force. Errors are final.
  [[nodiscard]] Result<void> handle(Flow& flow, const HandshakeMessage& message) {
    return std::visit([&](auto& state) { return step(state, flow, message); }, state_);
  }

  /// A ChangeCipherSpec that the record layer let through: it means something to one state of TLS 1.2, and is passed
  /// over by all others.
  [[nodiscard]] Result<void> change_cipher_spec(Flow& flow) {
    return std::visit(
        [&]<typename S>(S& state) -> Result<void> {
          if constexpr (CipherChangeState<S>) {
            return enter(std::move(state).change_cipher_spec(flow));
          } else {
            return {};
          }
        },
        state_);
  }

  [[nodiscard]] std::optional<Pause> pause() const noexcept {
    return std::visit(
        []<typename S>(const S& state) -> std::optional<Pause> {
          if constexpr (!PausedState<S>) {
            return std::nullopt;
          } else if constexpr (HasOnePause<S>) {
            return S::pause;
          } else {
            return state.waits_for();
          }
        },
        state_);
  }

  /// True when the state in force takes this answer; resume() is for such answers alone.
  [[nodiscard]] bool takes(const Answer& answer) const noexcept {
    return std::visit(
        [&]<typename S>(const S& state) {
          if constexpr (PausedState<S>) {
            return state.takes(answer);
          } else {
            return false;
          }
        },
        state_);
  }

  [[nodiscard]] Result<void> resume(Flow& flow, Answer& answer) {
    return std::visit(
        [&]<typename S>(S& state) -> Result<void> {
          if constexpr (PausedState<S>) {
            return enter(std::move(state).resume(flow, answer));
          } else {
            return std::unexpected(fail(ErrorCode::NotReady));
          }
        },
        state_);
  }

  /// The state in force, if it is an S.
  template <typename S>
  [[nodiscard]] const S* in() const noexcept {
    return std::get_if<S>(&state_);
  }
  /// The state in force if it is an S, to be moved from.
  template <typename S>
  [[nodiscard]] S* in() noexcept {
    return std::get_if<S>(&state_);
  }

  [[nodiscard]] std::string_view state_name() const noexcept {
    return std::visit([]<typename S>(const S&) { return std::string_view(S::name); }, state_);
  }

 private:
  template <typename S>
  [[nodiscard]] Result<void> step(S& state, Flow& flow, const HandshakeMessage& message) {
    if constexpr (MessageState<S>) {
      if (std::ranges::find(S::accepts, message.type) == std::ranges::end(S::accepts)) {
        return std::unexpected(refuse_message(S::name, S::accepts, message.type));
      }
      return enter(std::move(state).handle(flow, message));
    } else {
      return std::unexpected(refuse_message(S::name, {}, message.type));
    }
  }

  [[nodiscard]] static Error refuse_message(std::string_view state, std::span<const HandshakeType> accepts,
                                            HandshakeType received) {
    std::string expected;
    if (accepts.empty()) expected = "no handshake message";
    for (const HandshakeType type : accepts) expected += (expected.empty() ? "" : " or ") + to_string(type);
    return fail(ErrorCode::UnexpectedMessage).at(state).expected(expected).received(to_string(received));
  }

  /// Goes on with the state that the one in force gave, which ends here. States are large, and each move of one wipes
  /// what it leaves behind: so this moves once.
  template <typename Next>
  [[nodiscard]] Result<void> enter(Result<Next>&& next) {
    if (!next) return std::unexpected(std::move(next.error()));
    std::visit([this]<typename S>(S& state) { state_.template emplace<S>(std::move(state)); }, *next);
    return {};
  }

  State state_;
};

}  // namespace keyway::tls
