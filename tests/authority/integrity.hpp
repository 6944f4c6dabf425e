#pragma once

#include <filesystem>
#include <string>

#include "authority/sqlite_database.hpp"

namespace keyway::authority {

/// SQLite's own verdict over the register: "ok", or what is wrong.
[[nodiscard]] inline std::string integrity_of(const std::filesystem::path& folder) {
  auto database = Database::open(folder / "register.db");
  if (!database) return database.error().message();
  auto check = (*database)->prepare("PRAGMA integrity_check");
  if (!check || !check->step()) return "not to be checked";
  return check->text(0);
}

}  // namespace keyway::authority
