// Numbers in the text of requests, events and flags.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace taskgate::bench {

// A whole number that is all of the text.
std::optional<std::uint64_t> to_number(std::string_view text);

}  // namespace taskgate::bench
