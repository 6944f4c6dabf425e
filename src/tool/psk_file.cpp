#include "tool/psk_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <keyway/credential.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "tool/files.hpp"

namespace keyway::tool {
namespace {

[[nodiscard]] Error bad_line(const std::filesystem::path& path, std::size_t number, std::string_view received) {
  return fail(ErrorCode::InvalidArgument)
      .at(fmt::format("{}, line {}", printable(path.native()), number))
      .expected("IDENTITY:KEY, the key in hexadecimal, of 16 bytes at least")
      .received(received);
}

/// The name that a client means; for what has no importer's shape, what it sent.
[[nodiscard]] std::string_view name_of(const OfferedPsk& offered, bool is_plain) {
  if (is_plain) return as_text(offered.identity);
  return offered.external_identity ? as_text(*offered.external_identity) : std::string_view();
}

}  // namespace

Result<std::shared_ptr<const PskFile>> PskFile::open(std::filesystem::path path, const IdentityOptions& binding,
                                                     std::function<void(std::string_view)> tell) {
  std::shared_ptr<PskFile> file(new PskFile(std::move(path), binding, std::move(tell)));
  auto keys = file->read();
  if (!keys) return std::unexpected(std::move(keys.error()).at("--psk-file"));
  file->keys_ = std::move(*keys);
  return file;
}

/// Notes the file's stamp before it is read: what changes meanwhile is read the next time.
Result<std::shared_ptr<const PskFile::Keys>> PskFile::read() const {
  struct ::stat about{};
  if (::stat(path_.c_str(), &about) != 0) {
    const int error = errno;
    stamp_.reset();
    return std::unexpected(file_error(error, path_, ErrorCode::FileUnreadable));
  }
  stamp_ = Stamp{.seconds = about.st_mtim.tv_sec,
                 .nanoseconds = about.st_mtim.tv_nsec,
                 .number = about.st_ino,
                 .size = about.st_size};
  if (auto checked = check_is_private(path_, about); !checked) return std::unexpected(std::move(checked.error()));
  auto text = read_file(path_, max_size);
  if (!text) return std::unexpected(std::move(text.error()));
  auto keys = parse(as_text(*text));
  wipe(*text);
  return keys;
}

Result<std::shared_ptr<const PskFile::Keys>> PskFile::parse(std::string_view text) const {
  auto keys = std::make_shared<Keys>();
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (line.ends_with('\r') || line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    // Names may have colons; keys have none. What stands in the line is not told: it is a secret.
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::unexpected(bad_line(path_, number, "another line"));
    const std::string_view identity = line.substr(0, colon);
    auto secret = from_hex(line.substr(colon + 1));
    if (!secret) return std::unexpected(bad_line(path_, number, "a key that is not hexadecimal"));
    auto psk = bind_psk(binding_, Side::server, {.identity = as_bytes(identity), .secret = *secret});
    wipe(*secret);
    if (!psk) return std::unexpected(std::move(psk.error()).at(fmt::format("{}, line {}", path_.native(), number)));
    if (keys->contains(identity)) return std::unexpected(bad_line(path_, number, "an identity for the second time"));
    keys->emplace(identity, std::move(*psk));
  }
  return keys;
}

std::shared_ptr<const PskFile::Keys> PskFile::present_keys() const {
  const std::lock_guard lock(guard_);
  struct ::stat about{};
  const bool is_there = ::stat(path_.c_str(), &about) == 0;
  if (!is_there && !stamp_) return keys_;
  if (is_there && stamp_ == Stamp{about.st_mtim.tv_sec, about.st_mtim.tv_nsec, about.st_ino, about.st_size}) {
    return keys_;
  }
  auto keys = read();
  if (keys) {
    keys_ = std::move(*keys);
    tell_(fmt::format("{}: read anew, {} keys", printable(path_.native()), keys_->size()));
  } else {
    tell_("goes on with the keys that were read before: " + keys.error().message());
  }
  return keys_;
}

std::shared_ptr<const ExternalPsk> PskFile::resolve(std::span<const OfferedPsk> offered,
                                                    const ClientHelloView& /*hello*/) const {
  const auto keys = present_keys();
  for (const OfferedPsk& one : offered) {
    const auto found = keys->find(name_of(one, binding_.has_plain_psks));
    if (found == keys->end()) continue;
    if (binding_.has_plain_psks || std::ranges::equal(found->second->context(), one.context)) return found->second;
  }
  tell_unknown(offered, *keys);
  return nullptr;
}

/// Tickets are among what is offered, and look like nothing that a person would know.
void PskFile::tell_unknown(std::span<const OfferedPsk> offered, const Keys& keys) const {
  const auto named = std::ranges::find_if(offered, [&](const OfferedPsk& one) {
    const std::string_view name = name_of(one, binding_.has_plain_psks);
    return !name.empty() && (!binding_.has_plain_psks || printable(name, name.size()) == name);
  });
  if (named == offered.end()) return;
  const std::string_view name = name_of(*named, binding_.has_plain_psks);
  tell_(fmt::format("{}: no key for \"{}\"{}", printable(path_.native()), printable(name, 100),
                    keys.contains(name) ? " that is bound to the same names" : ""));
}

}  // namespace keyway::tool
