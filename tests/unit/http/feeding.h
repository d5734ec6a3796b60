// Reads messages whole, byte by byte and in random pieces, and checks that it makes no difference.
#pragma once

#include <string>
#include <string_view>

#include "unit/http/pieces.h"

namespace taskgate::http::test {

// The outcome, which must be the same whole, byte by byte and in random pieces.
std::string read_request(std::string_view input, HeadLimits limits = {});
std::string read_response(std::string_view input, HeadLimits limits = {});

// The rules of a request whose head must parse, or the refusal of either step.
std::string examine_request(std::string_view input);

}  // namespace taskgate::http::test
