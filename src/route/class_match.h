// Which creates belong to a class (docs/admission.md). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace taskgate::route {

// What is asked for must all hold; patterns are those of session names (tmux/match.h).
struct ClassMatch {
  struct Header {
    std::string name;  // of a field, in any case; each of its values by itself may match
    std::string pattern;
    bool operator==(const Header&) const = default;
  };
  struct Json {
    std::string pointer;  // into the body (RFC 6901): a text, a number, true or false
    std::string pattern;
    bool operator==(const Json&) const = default;
  };

  std::vector<std::string> routes;  // names of rules; empty: whatever the rule
  std::optional<Header> header;
  std::optional<Json> json;

  bool operator==(const ClassMatch&) const = default;
};

}  // namespace taskgate::route
