// The limit of open files, which crowds of connections need raised.
#pragma once

#include <cstddef>

namespace taskgate::bench {

// Raises the soft limit to the hard one. Throws std::runtime_error, with both numbers, where that
// is too low for `connections`.
void have_descriptors_for(std::size_t connections);

}  // namespace taskgate::bench
