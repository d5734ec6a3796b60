// A request's head, read with all the leniency of Python 3.12's http.server and email.feedparser.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "standin/stream.h"

namespace taskgate::standin {

struct Request {
  std::string method;
  std::string target;                // raw, with leading slashes collapsed to one
  std::string version = "HTTP/0.9";  // a GET without a version is one too
  std::vector<std::pair<std::string, std::string>> fields;

  // The first field of that name (any case); null without one.
  const std::string* field(std::string_view name) const;
  std::string field_or_empty(std::string_view name) const;
  // HTTP/0.9 answers have no head.
  bool wants_head() const { return version != "HTTP/0.9"; }
};

enum class Reading {
  complete,
  nothing,        // the connection ends without a byte: its error path crashes before it can answer
  line_too_long,  // 431
  too_many_headers,  // 431
};

// Throws Disconnected.
Reading read_request(Stream& stream, Request& request);

}  // namespace taskgate::standin
