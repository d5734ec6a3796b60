// What the admin port answers, path by path. The functions run on the server's threads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "admin/answer.h"
#include "admin/sources.h"

namespace taskgate::admin {

// What an answer may have to wait for.
enum class Cost : std::uint8_t {
  none,     // nothing
  shallow,  // the loop
  deep,     // the loop and a listing of the sessions
  endless,  // it goes on for as long as the client wants (Streams)
};

struct Endpoint {
  std::string_view target;  // a path, with a query where the query makes it another one
  Cost cost;
  Answer (*answer)(const Sources& sources);
};

std::span<const Endpoint> endpoints();

// Of a request target; a query that is not known makes no difference. Null: there is no such path.
const Endpoint* find_endpoint(std::string_view target);

}  // namespace taskgate::admin
