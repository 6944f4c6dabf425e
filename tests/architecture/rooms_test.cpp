#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path source = KEYWAY_SOURCE_DIR;

struct Include {
  fs::path file;
  std::string what;  ///< between the quotes or angle brackets
};

std::vector<fs::path> code_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".hpp" || extension == ".cpp" || extension == ".inc") files.push_back(entry.path());
  }
  return files;
}

std::vector<Include> includes_of(const fs::path& file) {
  std::vector<Include> includes;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("#include ")) continue;
    const auto open = line.find_first_of("<\"");
    const auto close = line.find_last_of(">\"");
    if (open == std::string::npos || close <= open) continue;
    includes.push_back({file, line.substr(open + 1, close - open - 1)});
  }
  return includes;
}

std::string place_of(const fs::path& path) {
  return fs::relative(path, source).string();
}

/// The rooms that each room may look into, besides itself: the arrows of ARCHITECTURE.md.
const std::map<std::string, std::set<std::string>> allowed = {
    {"core", {}},
    {"compression", {"core"}},
    {"crypto", {"core"}},
    {"x509", {"core", "crypto"}},
    {"tls", {"core", "compression", "crypto", "x509"}},
    {"kernel", {"core", "crypto", "x509", "tls"}},
    {"authority", {"core", "crypto", "x509"}},
    {"net", {"core", "crypto", "x509", "tls", "kernel"}},
    {"explain", {"core", "crypto", "x509", "tls"}},
    {"tool", {"core", "crypto", "x509", "tls", "kernel", "authority", "net", "explain"}},
};

TEST(Rooms, ArrowsPointDownOnly) {
  for (const auto& [room, below] : allowed) {
    for (const fs::path& file : code_below(source / "src" / room)) {
      for (const Include& include : includes_of(file)) {
        const std::string other = include.what.substr(0, include.what.find('/'));
        if (!allowed.contains(other) || other == room) continue;
        EXPECT_TRUE(below.contains(other)) << place_of(file) << " includes " << include.what;
      }
    }
  }
}

TEST(Rooms, OpenSslStandsInOneFolder) {
  for (const fs::path& file : code_below(source / "src")) {
    for (const Include& include : includes_of(file)) {
      if (!include.what.starts_with("openssl/")) continue;
      EXPECT_TRUE(place_of(file).starts_with("src/crypto/libcrypto/")) << place_of(file);
      EXPECT_NE(include.what, "openssl/ssl.h") << place_of(file);
    }
  }
}

TEST(Rooms, CompressionLibrariesStandInOneFolder) {
  for (const fs::path& file : code_below(source / "src")) {
    for (const Include& include : includes_of(file)) {
      const bool is_codec = include.what == "zlib.h" || include.what == "zstd.h" || include.what.starts_with("brotli/");
      if (is_codec) {
        EXPECT_TRUE(place_of(file).starts_with("src/compression/")) << place_of(file);
      }
    }
  }
}

TEST(Rooms, TheKernelsTlsStandsInOneFile) {
  for (const fs::path& folder : {source / "src", source / "include"}) {
    for (const fs::path& file : code_below(folder)) {
      for (const Include& include : includes_of(file)) {
        if (include.what != "linux/tls.h") continue;
        EXPECT_EQ(place_of(file), "src/kernel/socket_options.cpp");
      }
    }
  }
}

TEST(Rooms, PublicHeadersShowNoForeignTypes) {
  const std::set<std::string> foreign = {"openssl", "sqlite3.h", "intel-ipsec-mb.h", "nlohmann", "fmt",
                                         "spdlog",  "CLI",       "zlib.h",           "zstd.h",   "brotli"};
  for (const fs::path& file : code_below(source / "include")) {
    for (const Include& include : includes_of(file)) {
      const std::string first = include.what.substr(0, include.what.find('/'));
      EXPECT_FALSE(foreign.contains(first)) << place_of(file) << " includes " << include.what;
      if (first != "boost") continue;
      EXPECT_TRUE(file.filename().string().starts_with("asio")) << place_of(file) << " includes " << include.what;
    }
  }
}

TEST(Rooms, RawMemoryStandsWhereItMayAndSaysWhyItIsSafe) {
  const std::vector<std::string_view> raw = {"reinterpret_cast", "memcpy(", "const_cast", "memmove("};
  for (const fs::path& folder : {source / "src", source / "include"}) {
    for (const fs::path& file : code_below(folder)) {
      std::ifstream in(file);
      int lines_since_safety = 1000;
      for (std::string line; std::getline(in, line);) {
        ++lines_since_safety;
        if (line.find("SAFETY:") != std::string::npos) lines_since_safety = 0;
        const bool comment = line.find_first_not_of(' ') == line.find("//");
        for (const std::string_view word : raw) {
          if (comment || line.find(word) == std::string::npos) continue;
          const std::string name = place_of(file);
          EXPECT_TRUE(name.starts_with("src/core/") || name.starts_with("src/crypto/")) << name << ": " << line;
          EXPECT_LE(lines_since_safety, 24) << name << " has no SAFETY line above: " << line;
        }
      }
    }
  }
}

TEST(Rooms, AFileFitsInAHead) {
  for (const char* folder : {"src", "include", "tests", "fuzz", "bench", "examples"}) {
    for (const fs::path& file : code_below(source / folder)) {
      std::ifstream in(file);
      int lines = 0;
      for (std::string line; std::getline(in, line);) ++lines;
      EXPECT_LE(lines, 600) << place_of(file) << ": which second subject is in it?";
    }
  }
}

#ifdef KEYWAY_TOOL
TEST(Rooms, TheCommandDoesNotLinkLibssl) {
  FILE* pipe = ::popen("ldd " KEYWAY_TOOL " 2>&1", "r");
  ASSERT_NE(pipe, nullptr);
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  ::pclose(pipe);
  EXPECT_NE(text.find("libcrypto"), std::string::npos) << text;
  EXPECT_EQ(text.find("libssl"), std::string::npos) << text;
}
#endif

}  // namespace
