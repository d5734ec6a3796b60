// Request bodies: only Content-Length is read, and nobody checks that all of it came.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "standin/request.h"
#include "standin/stream.h"

namespace taskgate::standin {

inline constexpr long long kJsonLimit = 1'048'576;
inline constexpr long long kUploadLimit = 200LL * 1024 * 1024;

// int() of Content-Length, 0 without one; nothing when it is not a number. -1 means up to the end
// of the stream.
std::optional<long long> declared_length(const Request& request);

struct Body {
  enum class Problem { none, length, size };
  Problem problem = Problem::none;
  std::string bytes;  // shorter than declared when the client half-closed before
};

// Waits for the whole of it or the client's FIN; a length that is no number or above the limit is a
// problem, and leaves the body unread. Throws Disconnected on a reset.
Body read_body(Stream& stream, const Request& request, long long limit);

// json.loads(); nothing when the bytes are not JSON.
std::optional<boost::json::value> parse_json(const std::string& bytes);

}  // namespace taskgate::standin
