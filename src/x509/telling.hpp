#pragma once

#include <cstddef>
#include <span>

#include <keyway/verdict.hpp>

namespace keyway::x509 {

/// Which of the candidates a refusal speaks of; 0 where there is none.
[[nodiscard]] std::size_t most_telling(std::span<const Candidate> candidates) noexcept;

}  // namespace keyway::x509
