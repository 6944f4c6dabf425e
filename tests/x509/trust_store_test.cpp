#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/make_certificate.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

namespace fs = std::filesystem;

class TrustStoreFiles : public ::testing::Test {
 protected:
  TrustStoreFiles() {
    fs::create_directories(folder_);
    forget_environment();
  }
  ~TrustStoreFiles() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    forget_environment();
  }
  /// The machine may have settings of its own.
  static void forget_environment() {
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
  }
  fs::path write(const std::string& name, std::string_view text) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  const std::string test_name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const fs::path folder_ = fs::temp_directory_path() / ("keyway-" + test_name_ + "-" + std::to_string(::getpid()));
};

ErrorCode code_of_file(const fs::path& path) {
  const auto store = x509::TrustStore::from_file(path);
  EXPECT_FALSE(store.has_value());
  if (store) return ErrorCode::InternalError;
  EXPECT_THAT(store.error().where(), ::testing::HasSubstr(path.string()));
  return store.error().code();
}

TEST_F(TrustStoreFiles, ReadsPemDerAndFolders) {
  const auto a = make_self_signed({.common_name = "A", .is_ca = true});
  const auto b = make_self_signed({.common_name = "B", .is_ca = true});
  const auto pem = write("both.pem", "A comment.\n" + a.pem() + b.pem() + a.pem());
  const auto der = write("a.der", as_text(a.der));

  EXPECT_EQ(x509::TrustStore::from_file(pem).value().size(), 2U);
  EXPECT_EQ(x509::TrustStore::from_file(der).value().size(), 1U);
  EXPECT_EQ(x509::TrustStore::from_file(folder_).value().size(), 2U);
}

TEST_F(TrustStoreFiles, SaysWhatIsWrongWithAFile) {
  const auto key = make_self_signed({.common_name = "A", .is_ca = true}).key_pem();

  EXPECT_EQ(code_of_file(folder_ / "absent.pem"), ErrorCode::FileNotFound);
  EXPECT_EQ(code_of_file(write("empty.pem", "")), ErrorCode::FileEmpty);
  EXPECT_EQ(code_of_file(write("text.pem", "hello")), ErrorCode::InvalidPem);
  EXPECT_EQ(code_of_file(write("key.pem", key)), ErrorCode::InvalidPem);
  EXPECT_EQ(code_of_file(write("bad.der", std::string("\x30\x03\x02\x01\x01", 5))), ErrorCode::InvalidDer);
  fs::create_directories(folder_ / "none");
  EXPECT_EQ(code_of_file(folder_ / "none"), ErrorCode::StoreEmpty);
}

TEST_F(TrustStoreFiles, TakesTheSystemsStoreFromTheEnvironment) {
  const auto a = make_self_signed({.common_name = "A", .is_ca = true});
  const std::string broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
  setenv("SSL_CERT_FILE", write("roots.pem", a.pem() + broken).c_str(), 1);

  const auto store = x509::TrustStore::system();

  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(store->size(), 1U);
  EXPECT_EQ(store->skipped(), 1U);
}

TEST_F(TrustStoreFiles, TellsThePlacesWhereItFoundNothing) {
  setenv("SSL_CERT_FILE", (folder_ / "absent.pem").c_str(), 1);

  const auto store = x509::TrustStore::system();

  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code(), ErrorCode::StoreEmpty);
  EXPECT_THAT(store.error().message(), ::testing::HasSubstr("absent.pem"));
}

TEST(TrustStore, FindsAnchorsBySubjectWhateverTheStringType) {
  const auto a = make_self_signed({.common_name = "Example Root", .is_ca = true});
  const auto twin = make_self_signed({.common_name = "example  ROOT ", .is_ca = true});
  const auto other = make_self_signed({.common_name = "Other", .is_ca = true});
  x509::TrustStore store;
  for (const auto* issued : {&a, &twin, &other}) store.add(issued->certificate());

  EXPECT_THAT(store.with_subject(a.subject), ::testing::ElementsAre(0U, 1U));
  EXPECT_THAT(store.with_subject(other.subject), ::testing::ElementsAre(2U));
  EXPECT_TRUE(store.with_subject(make_self_signed({.common_name = "None"}).subject).empty());
  EXPECT_EQ(store.find(other.der), 2U);
}

TEST(Certificate, SurvivesCopyMoveAndPem) {
  const auto issued = make_self_signed({.names = {"shop.localhost"}, .serial = {0x7f, 0x01}});
  const auto original = issued.certificate();

  auto copy = original;  // NOLINT(performance-unnecessary-copy-initialization): the copy is the subject
  const auto moved = std::move(copy);
  const auto read = x509::Certificate::from_pem(original.to_pem()).value();

  EXPECT_EQ(moved, original);
  EXPECT_EQ(read, original);
  EXPECT_EQ(moved.view().serial_hex(), "7f01");
  EXPECT_NE(moved.view().der.data(), original.view().der.data());
  EXPECT_THAT(moved.view().dns_names(), ::testing::ElementsAre("shop.localhost"));
  EXPECT_THAT(moved.view().extended_key_usages(), ::testing::ElementsAre("serverAuth"));
  EXPECT_EQ(moved.view().algorithm_name(), "ecdsa-with-SHA256");
}

TEST(Certificate, TellsItsUrls) {
  const TestAuthority authority;
  const auto leaf = authority
                        .issue({.names = {"a.example"},
                                .crl_urls = {"http://c.example/1.crl", "http://c.example/2.crl"},
                                .ocsp_urls = {"http://o.example/"},
                                .issuer_urls = {"http://i.example/i.cer"}})
                        .certificate();

  EXPECT_THAT(leaf.view().crl_urls(), ::testing::ElementsAre("http://c.example/1.crl", "http://c.example/2.crl"));
  EXPECT_THAT(leaf.view().ocsp_urls(), ::testing::ElementsAre("http://o.example/"));
  EXPECT_THAT(leaf.view().issuer_urls(), ::testing::ElementsAre("http://i.example/i.cer"));
  EXPECT_EQ(leaf.view().subject.attribute("organizationName"), "Example Shop");
  EXPECT_EQ(leaf.view().subject.attribute("countryName"), std::nullopt);
  EXPECT_EQ(leaf.view().subject.attribute("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace keyway::testing
