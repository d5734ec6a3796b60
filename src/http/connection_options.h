// The options of the Connection fields (RFC 9110 section 7.6.1), read once for each head. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/field_lines.h"

namespace taskgate::http {

// Nobody has use for more.
inline constexpr std::size_t kMostConnectionOptions = 100;
inline constexpr char kTooManyConnectionOptions[] = "too many connection options";

struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
  const Field* upgrade_field = nullptr;  // the first Connection field with the option `upgrade`
  std::string_view upgrade_option;       // as it is spelled there
  bool names_message_field = false;      // Content-Length, Transfer-Encoding or Host
  bool malformed = false;                // an element is no token: it names nothing
  std::size_t count = 0;
  // The fields that Connection names, sorted (comes_before_ignoring_case): the client chooses how
  // many there are and how many fields are looked up among them. Empty where there are too many.
  std::vector<std::string_view> named;

  bool names(std::string_view field) const;
};

// Replaces what `options` says by what `fields` say; keeps its memory.
void read_connection_options(const std::vector<Field>& fields, ConnectionOptions& options);

// The fields that Connection names: hop-by-hop in the trailers, too. Copies, because the trailers
// come when the head may be gone.
std::vector<std::string> fields_named_by_connection(const ConnectionOptions& options);

}  // namespace taskgate::http
