// How the upstream turns a request target into a path: on the raw bytes, never decoded, never
// normalised, and with the query stripped only for GET.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "standin/request.h"

namespace taskgate::standin {

struct Target {
  std::string raw;  // after one /bearer-api/ was taken off: what /livez, /health and /metrics are
                    // compared with
  std::string routed;  // after one /oauth/ and then one /browser/, query and all: what everything
                       // else is matched with
  std::string read;    // for GET: without the query and without any /oauth or /browser anywhere
  std::string query;   // behind the first question mark
  bool bearer_only = false;  // the /bearer-api/ marker: identity headers do not count as a login
};

Target parse_target(const Request& request);

// The part of `path` between `prefix` and `suffix`; nothing unless it has both and consists of
// `allowed`.
std::optional<std::string> id_between(std::string_view path, std::string_view prefix,
                                      std::string_view suffix, std::string_view allowed);

// The value of a query parameter, decoded; "" without one.
std::string query_value(std::string_view query, std::string_view name);

}  // namespace taskgate::standin
