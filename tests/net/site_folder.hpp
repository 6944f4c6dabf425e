#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace keyway::testing {

/// A folder with a web site in it, beside a file that is nobody's business; removed at the end.
class SiteFolder {
 public:
  SiteFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "keyway-site-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    base_ = name;
    std::filesystem::create_directories(path() / "sub" / "deep");
    std::filesystem::create_directories(path() / "indexed");
    write("page.txt", "0123456789");
    write("sub/<b>&.html", "<p>x</p>");
    write("indexed/index.html", "<h1>index</h1>");
    write(".hidden", "hidden");
    std::ofstream(base_ / "secret.txt") << "secret";
    std::filesystem::create_symlink(base_ / "secret.txt", path() / "escape.txt");
    std::filesystem::create_directory_symlink(base_, path() / "up");
    std::filesystem::create_symlink("page.txt", path() / "alias.txt");
  }
  SiteFolder(const SiteFolder&) = delete;
  SiteFolder& operator=(const SiteFolder&) = delete;
  ~SiteFolder() { std::filesystem::remove_all(base_); }

  [[nodiscard]] std::filesystem::path path() const { return base_ / "site"; }
  [[nodiscard]] std::filesystem::path beside() const { return base_; }
  void write(std::string_view name, std::string_view text) const {
    std::ofstream(path() / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path base_;
};

}  // namespace keyway::testing
