#include "support/allocations.h"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t g_allocations = 0;

}  // namespace

std::size_t taskgate::test::allocations() {
  return g_allocations;
}

// Catch allocates with this one before main(); all of them must fit operator delete below. The
// forms for arrays call these.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++g_allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
