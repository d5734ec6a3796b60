// Counts what is allocated. Whoever compiles allocations.cc has an operator new that counts.
#pragma once

#include <cstddef>

namespace taskgate::test {

// By this thread, so far.
std::size_t allocations();

}  // namespace taskgate::test
