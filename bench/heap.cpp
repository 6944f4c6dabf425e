// Replaces the C library's allocator by itself plus a book-keeper: libcrypto and libssl go through here, too.
#include "heap.hpp"

#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace keyway::bench {
namespace {

constinit thread_local HeapUse* current = nullptr;

void book_taken(void* block) noexcept {
  if (current == nullptr || block == nullptr) return;
  ++current->allocations;
  current->live += static_cast<std::int64_t>(malloc_usable_size(block));
  current->peak = std::max(current->peak, current->live);
}

void book_given_back(void* block) noexcept {
  if (current == nullptr || block == nullptr) return;
  current->live -= static_cast<std::int64_t>(malloc_usable_size(block));
}

}  // namespace

HeapScope::HeapScope(HeapUse* use) noexcept : outer_(current) {
  current = use;
}
HeapScope::~HeapScope() {
  current = outer_;
}

}  // namespace keyway::bench

// The names below are glibc's: its allocator under a second name, and the functions that a program may replace.
#pragma GCC visibility push(default)
extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);

void* malloc(std::size_t size) noexcept {
  void* block = __libc_malloc(size);
  keyway::bench::book_taken(block);
  return block;
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  void* block = __libc_calloc(count, size);
  keyway::bench::book_taken(block);
  return block;
}

void* realloc(void* block, std::size_t size) noexcept {
  keyway::bench::book_given_back(block);
  void* moved = __libc_realloc(block, size);
  keyway::bench::book_taken(moved);
  return moved;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  void* block = __libc_memalign(alignment, size);
  keyway::bench::book_taken(block);
  return block;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  *block = memalign(alignment, size);
  return *block != nullptr ? 0 : ENOMEM;
}

void free(void* block) noexcept {
  keyway::bench::book_given_back(block);
  __libc_free(block);
}

}  // extern "C"
#pragma GCC visibility pop
