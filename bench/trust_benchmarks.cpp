#include "trust_benchmarks.hpp"

#include <benchmark/benchmark.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <keyway/trust.hpp>

#include "crypto/libcrypto/handles.hpp"
#include "material.hpp"
#include "x509/crl_builder.hpp"

namespace keyway::bench {
namespace {

using Clock = std::chrono::steady_clock;
using testing::test_now;

constexpr std::size_t long_list_entries = 500'000;

using crypto::libcrypto::Handle;
using X509Ptr = Handle<X509, X509_free>;
using CrlPtr = Handle<X509_CRL, X509_CRL_free>;
using StorePtr = Handle<X509_STORE, X509_STORE_free>;
using StoreCtxPtr = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using IntegerPtr = Handle<ASN1_INTEGER, ASN1_INTEGER_free>;

/// One task for both libraries; each says whether it came to the right end.
struct Task {
  std::function<bool()> keyway;
  std::function<bool()> libcrypto;
  std::size_t repeats = 1;  ///< for tasks that are shorter than the clock
};

double time_of(const std::function<bool()>& run, std::size_t repeats) {
  const auto start = Clock::now();
  for (std::size_t i = 0; i < repeats; ++i) {
    if (!run()) give_up("a benchmark of trust came to the wrong end");
  }
  return std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(repeats);
}

/// In turn, so that what drifts on the machine drifts for both.
void run_task(benchmark::State& state, const std::function<Task()>& make) {
  const Task task = make();
  double keyway = 0;
  double libcrypto = 0;
  for ([[maybe_unused]] const auto iteration : state) {
    const double ours = time_of(task.keyway, task.repeats);
    const double theirs = time_of(task.libcrypto, task.repeats);
    keyway += ours;
    libcrypto += theirs;
    // All that a round takes, or a short task would be asked for a million rounds.
    state.SetIterationTime((ours + theirs) * static_cast<double>(task.repeats));
  }
  const auto rounds = static_cast<double>(state.iterations());
  state.counters["keyway_us"] = keyway / rounds * 1e6;
  state.counters["libcrypto_us"] = libcrypto / rounds * 1e6;
  state.counters["ratio"] = libcrypto / keyway;
}

X509Ptr read_x509(const Bytes& der) {
  const unsigned char* at = der.data();
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

Bytes serial_of(std::uint64_t number) {
  Bytes serial(16);
  std::uint64_t state = number * 0x9e3779b97f4a7c15U + 1;
  for (std::uint8_t& byte : serial) {
    state = (state ^ state >> 29U) * 0xbf58476d1ce4e5b9U;
    byte = static_cast<std::uint8_t>(state >> 56U);
  }
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3fU) | 0x40U);
  return serial;
}

const Bytes& long_list() {
  static const Bytes list = [] {
    const auto& issuer = material(LeafKey::ecdsa_p256).authority.intermediate();
    x509::CrlFields fields;
    fields.issuer = issuer.subject;
    fields.this_update = test_now;
    fields.next_update = test_now + std::chrono::hours(24);
    fields.number = 1;
    fields.entries.reserve(long_list_entries);
    for (std::size_t i = 0; i < long_list_entries; ++i) fields.entries.push_back({serial_of(i), test_now, {}, {}});
    return must(x509::sign_crl(fields, *issuer.key), "a long CRL");
  }();
  return list;
}

CrlPtr read_crl(const Bytes& der) {
  const unsigned char* at = der.data();
  return CrlPtr(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
}

bool finds(X509_CRL* crl, const Bytes& serial) {
  const unsigned char* at = serial.data();
  const IntegerPtr number(ASN1_INTEGER_new());
  X509_REVOKED* found = nullptr;
  return ASN1_STRING_set(number.get(), at, static_cast<int>(serial.size())) == 1 &&
         X509_CRL_get0_by_serial(crl, &found, number.get()) == 1;
}

/// Parsed from bytes that are there, and asked once: each library indexes or sorts on the way.
Task parse_crl() {
  const Bytes& der = long_list();
  return {[&der] {
            const auto list = x509::Crl::from_der(der);
            return list && list->find(serial_of(12'345)).has_value();
          },
          [&der] {
            const CrlPtr list = read_crl(der);
            return list && finds(list.get(), serial_of(12'345));
          }};
}

Task ask_crl() {
  auto own = std::make_shared<x509::Crl>(must(x509::Crl::from_der(long_list()), "the CRL"));
  auto other = std::shared_ptr<X509_CRL>(read_crl(long_list()));
  auto next = std::make_shared<std::uint64_t>(0);
  const auto serial = [next] { return serial_of(*next = (*next + 7919) % long_list_entries); };
  return {[own, serial] { return own->find(serial()).has_value(); },
          [other, serial] { return finds(other.get(), serial()); }, 1000};
}

Task parse_leaf() {
  const Bytes& der = material(LeafKey::ecdsa_p256).leaf.der;
  return {[&der] { return x509::CertificateView::parse(der).has_value(); },
          [&der] { return read_x509(der) != nullptr; }, 1000};
}

/// A root among 150, an intermediate and a leaf.
struct Path {
  std::shared_ptr<x509::TrustStore> anchors = std::make_shared<x509::TrustStore>();
  StorePtr store{X509_STORE_new()};
  std::unique_ptr<x509::Verifier> verifier;
  ServerName name = must(ServerName::parse(host_name), "a name");

  void trust(const Bytes& der) {
    anchors->add(must(x509::Certificate::from_der(der), "a root"));
    X509_STORE_add_cert(store.get(), read_x509(der).get());
  }
  Path() {
    trust(material(LeafKey::ecdsa_p256).authority.root().der);
    for (int i = 1; i < 150; ++i) {
      trust(testing::make_self_signed({.common_name = "Root " + std::to_string(i), .is_ca = true}).der);
    }
    verifier = std::make_unique<x509::Verifier>(testing::provider(), anchors, std::vector<x509::Crl>{},
                                                std::vector<x509::Certificate>{}, x509::Verifier::Options{});
  }
};

bool verify_with_libcrypto(const Path& path, const std::vector<Bytes>& chain) {
  const X509Ptr leaf = read_x509(chain.front());
  STACK_OF(X509)* others = sk_X509_new_null();
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(others, read_x509(chain[i]).release());
  const StoreCtxPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), path.store.get(), leaf.get(), others);
  X509_VERIFY_PARAM* how = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set1_host(how, host_name.data(), host_name.size());
  X509_VERIFY_PARAM_set_time(how, std::chrono::system_clock::to_time_t(test_now));
  const bool holds = X509_verify_cert(context.get()) == 1;
  sk_X509_pop_free(others, X509_free);
  return holds;
}

Task verify_path() {
  auto path = std::make_shared<Path>();
  const std::vector<Bytes>& chain = material(LeafKey::ecdsa_p256).leaf.chain;
  const auto own = [path, &chain] {
    const std::vector<ByteView> views(chain.begin(), chain.end());
    return path->verifier->verify(views, &path->name, x509::Purpose::server, test_now).accepted();
  };
  return {own, [path, &chain] { return verify_with_libcrypto(*path, chain); }, 20};
}

Task load_system_store() {
  return {[] {
            // None on this machine is no fault of either library.
            static_cast<void>(x509::TrustStore::system());
            return true;
          },
          [] {
            const StorePtr store(X509_STORE_new());
            X509_STORE_set_default_paths(store.get());
            return true;
          }};
}

void add(const char* name, Task (*make)()) {
  benchmark::RegisterBenchmark(name, [make](benchmark::State& state) { run_task(state, make); })
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace

void register_trust_benchmarks() {
  add("trust/parse_leaf", parse_leaf);
  add("trust/path_of_three_150_anchors", verify_path);
  add("trust/system_store", load_system_store);
  add("trust/crl_500000_parse_and_ask", parse_crl);
  add("trust/crl_500000_ask", ask_crl);
}

}  // namespace keyway::bench
