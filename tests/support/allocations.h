// Counts what is allocated, and lets it fail. Whoever compiles allocations.cc has an operator new
// that does.
#pragma once

#include <cstddef>

namespace taskgate::test {

// By this thread, so far.
std::size_t allocations();

// The next one of at least so many bytes by this thread throws std::bad_alloc.
void fail_allocation_of(std::size_t bytes);
// Whether it is still to come.
bool is_to_fail();

}  // namespace taskgate::test
