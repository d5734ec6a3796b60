#include "support/allocations.h"

#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

thread_local std::size_t g_allocations = 0;
thread_local std::size_t g_fails_from = kNever;

}  // namespace

std::size_t taskgate::test::allocations() {
  return g_allocations;
}

void taskgate::test::fail_allocation_of(std::size_t bytes) {
  g_fails_from = bytes;
}

bool taskgate::test::is_to_fail() {
  return g_fails_from != kNever;
}

// Catch allocates with this one before main(); all of them must fit operator delete below.
// Elsewhere the forms for arrays call these, and not with the address sanitizer.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++g_allocations;
  if (size >= g_fails_from) {
    g_fails_from = kNever;
    return nullptr;
  }
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  operator delete(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  operator delete(memory);
}
