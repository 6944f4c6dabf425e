#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>

namespace keyway::tls::server {

/// What others are asked while a ClientHello is being answered, by way of the application. One question at a time: who
/// asks and gets nothing returns, the handshake pauses, and with the answer all is gone through again from where it
/// began; what was asked before is then known here. Without questions it allocates nothing.
class Inquiry {
 public:
  /// What was answered to this, or was kept; null: nothing yet.
  [[nodiscard]] const Answer* find(Pause kind, ByteView key) const noexcept;
  /// The same; where nothing is known, the question is open from now on.
  [[nodiscard]] const Answer* ask(Pause kind, const PendingLookup& question);
  /// Keeps what was found without a question, where it can't be found twice.
  void keep(Pause kind, ByteView key, Answer answer);

  [[nodiscard]] bool is_open() const noexcept { return open_.has_value(); }

  // For the states that wait; the question is open.

  [[nodiscard]] Pause waits_for() const noexcept { return open_->kind; }
  [[nodiscard]] PendingLookup pending() const noexcept { return {open_->key, open_->is_once, open_->until}; }
  [[nodiscard]] bool takes(const Answer& answer) const noexcept;
  /// Errors: RejectedByApplication. `state` is the paused state's name.
  [[nodiscard]] Result<void> take(Answer& answer, std::string_view state);

 private:
  /// Wipes the session that it was answered with.
  struct Asked {
    Asked(Pause which, const PendingLookup& about)
        : kind(which), key(about.key.begin(), about.key.end()), is_once(about.is_once), until(about.until) {}
    Asked(Asked&&) noexcept = default;
    Asked& operator=(Asked&&) noexcept = default;
    ~Asked();

    Pause kind;
    Bytes key;
    bool is_once;
    Time until;
    Answer answer;
  };
  std::vector<Asked> known_;
  std::optional<Asked> open_;
};

/// What the application has refused. `state` is the paused state's name.
[[nodiscard]] std::unexpected<Error> refused(std::string_view state, const answer::Refuse& refuse);

}  // namespace keyway::tls::server
