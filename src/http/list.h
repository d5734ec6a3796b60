// Comma-separated lists of tokens in field values (RFC 9110 section 5.6.1): Connection, Upgrade,
// Transfer-Encoding. Pure; any thread.
//
// Quotation marks have no say. No token has one, and a parser that is less strict would find behind
// them what a strict one had not seen. Prefer, whose elements may be quoted, is read in prefer.cc.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace taskgate::http {

// Takes the first element off a list, its comma too. It may be empty.
constexpr std::string_view take_element(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view element = trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return element;
}

// Calls `visit` with each element that is not empty; the others count for nothing
// (section 5.6.1.2).
template <typename Visit>
void for_each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    if (const std::string_view element = take_element(list); !element.empty()) visit(element);
  }
}

}  // namespace taskgate::http
