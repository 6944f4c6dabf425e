#include "crypto/ipsec_mb/aes_gcm.hpp"

#ifdef KEYWAY_HAS_IPSEC_MB

#include <array>
#include <type_traits>

#include <intel-ipsec-mb.h>

#include <keyway/secret.hpp>

namespace keyway::crypto::ipsec_mb {

struct AesGcm::Functions {
  aes_gcm_pre_t prepare;
  aes_gcm_init_t start;
  aes_gcm_enc_dec_update_t encrypt;
  aes_gcm_enc_dec_update_t decrypt;
  aes_gcm_enc_dec_finalize_t finish_encryption;
  aes_gcm_enc_dec_finalize_t finish_decryption;
};

namespace {

struct FunctionSets {
  AesGcm::Functions aes128;
  AesGcm::Functions aes256;
};

/// Reads the entry points for this processor out of a manager, which is some hundred kilobytes of queues that the
/// direct calls have no use for, and lets it go again.
std::optional<FunctionSets> load() {
  IMB_MGR* manager = alloc_mb_mgr(0);
  if (manager == nullptr) return std::nullopt;
  init_mb_mgr_auto(manager, nullptr);
  std::optional<FunctionSets> sets;
  if (imb_get_errno(manager) == 0 && (manager->features & IMB_CPUFLAGS_AVX512_T2) == IMB_CPUFLAGS_AVX512_T2) {
    sets = {{manager->gcm128_pre, manager->gcm128_init, manager->gcm128_enc_update, manager->gcm128_dec_update,
             manager->gcm128_enc_finalize, manager->gcm128_dec_finalize},
            {manager->gcm256_pre, manager->gcm256_init, manager->gcm256_enc_update, manager->gcm256_dec_update,
             manager->gcm256_enc_finalize, manager->gcm256_dec_finalize}};
  }
  free_mb_mgr(manager);
  return sets;
}

/// What the processor has does not change while the program runs, so one answer serves all providers.
const std::optional<FunctionSets>& function_sets() {
  static const std::optional<FunctionSets> sets = load();
  return sets;
}

template <typename T>
void wipe_object(T& object) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  // SAFETY: a plain structure of numbers, overwritten whole and not read again.
  wipe({reinterpret_cast<std::uint8_t*>(&object), sizeof(object)});
}

class VectorAead final : public Aead {
 public:
  VectorAead(const AesGcm::Functions& functions, ByteView key) noexcept : functions_(&functions) {
    functions_->prepare(key.data(), &key_);
  }
  VectorAead(const VectorAead&) = delete;
  VectorAead& operator=(const VectorAead&) = delete;
  ~VectorAead() override { wipe_object(key_); }

  // SAFETY (seal and open): the library writes as many bytes as it reads, which the checks at the top have made room
  // for; parts may begin where their ciphertext will, as the library works in place.
  Result<void> seal(const Nonce& nonce, ByteView associated_data, std::span<const ByteView> plaintext,
                    ByteSpan out) override {
    std::size_t size = 0;
    for (const ByteView part : plaintext) size += part.size();
    if (out.size() < size + aead_tag_size) return std::unexpected(fail(ErrorCode::OutputTooSmall).at("AEAD"));

    gcm_context_data context;
    functions_->start(&key_, &context, nonce.data(), associated_data.data(), associated_data.size());
    for (const ByteView part : plaintext) {
      if (part.empty()) continue;
      functions_->encrypt(&key_, &context, out.data(), part.data(), part.size());
      out = out.subspan(part.size());
    }
    functions_->finish_encryption(&key_, &context, out.data(), aead_tag_size);
    wipe_object(context);
    return {};
  }

  bool open(const Nonce& nonce, ByteView associated_data, ByteSpan sealed) override {
    if (sealed.size() < aead_tag_size) return false;
    const ByteSpan text = sealed.first(sealed.size() - aead_tag_size);

    gcm_context_data context;
    std::array<std::uint8_t, aead_tag_size> tag{};
    functions_->start(&key_, &context, nonce.data(), associated_data.data(), associated_data.size());
    if (!text.empty()) functions_->decrypt(&key_, &context, text.data(), text.data(), text.size());
    functions_->finish_decryption(&key_, &context, tag.data(), tag.size());
    wipe_object(context);
    return equal_in_constant_time(tag, sealed.last(aead_tag_size));
  }

 private:
  const AesGcm::Functions* functions_;
  alignas(64) gcm_key_data key_;
};

}  // namespace

std::optional<AesGcm> AesGcm::detect() {
  const auto& sets = function_sets();
  if (!sets) return std::nullopt;
  return AesGcm(&sets->aes128, &sets->aes256);
}

std::unique_ptr<Aead> AesGcm::make(AeadAlgorithm algorithm, ByteView key) const {
  const Functions& functions = algorithm == AeadAlgorithm::aes_128_gcm ? *aes128_ : *aes256_;
  return std::make_unique<VectorAead>(functions, key);
}

std::string AesGcm::description() const {
  return std::string("ipsec-mb ") + imb_get_version_str() + " (VAES, AVX-512)";
}

}  // namespace keyway::crypto::ipsec_mb

#else

namespace keyway::crypto::ipsec_mb {

std::optional<AesGcm> AesGcm::detect() {
  return std::nullopt;
}
std::unique_ptr<Aead> AesGcm::make(AeadAlgorithm, ByteView) const {
  return nullptr;
}
std::string AesGcm::description() const {
  return {};
}

}  // namespace keyway::crypto::ipsec_mb

#endif
