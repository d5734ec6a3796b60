#pragma once

#include <cstdint>

namespace taskgate::test {

// How many TCP segments have come in on this connection, by the kernel (tcpi_segs_in of tcp(7),
// TCP_INFO).
std::uint32_t segments_received(int descriptor);

}  // namespace taskgate::test
