// Texts that go out one behind the other, without being put together first. Loop thread only.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace taskgate::proxy {

using Parts = std::array<std::string_view, 4>;

bool is_empty(const Parts& parts);
// Takes `bytes` off the front.
void advance(Parts& parts, std::size_t bytes);
// As send() with `flags`, with one system call and without waiting.
ssize_t send_parts(int descriptor, const Parts& parts, int flags);

}  // namespace taskgate::proxy
