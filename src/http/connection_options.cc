#include "http/connection_options.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "http/characters.h"
#include "http/head.h"
#include "http/known_fields.h"
#include "http/list.h"

namespace taskgate::http {

namespace {

void read_option(ConnectionOptions& options, const Field& field, std::string_view option) {
  ++options.count;
  if (equals_ignoring_case(option, "close")) {
    options.close = true;
  } else if (equals_ignoring_case(option, "keep-alive")) {
    options.keep_alive = true;
  } else if (equals_ignoring_case(option, "upgrade")) {
    if (options.upgrade_field != nullptr) return;
    options.upgrade_field = &field;
    options.upgrade_option = option;
  } else if (skip(ByteClass::token, option, 0) != option.size()) {
    options.malformed = true;
  } else {
    if (options.count <= kMostConnectionOptions) options.named.push_back(option);
    const KnownField named = identify(option);
    if (named == KnownField::content_length || named == KnownField::transfer_encoding ||
        named == KnownField::host) {
      options.names_message_field = true;
    }
  }
}

}  // namespace

void read_connection_options(const std::vector<Field>& fields, ConnectionOptions& options) {
  std::vector<std::string_view> kept = std::move(options.named);
  kept.clear();
  options = {.named = std::move(kept)};
  for (const Field& field : fields) {
    if (field.known != KnownField::connection) continue;
    for_each_element(field.value, [&options, &field](std::string_view option) {
      read_option(options, field, option);
    });
  }
  if (options.count > kMostConnectionOptions) options.named.clear();
  std::ranges::sort(options.named, comes_before_ignoring_case);
}

bool ConnectionOptions::names(std::string_view field) const {
  return std::ranges::binary_search(named, field, comes_before_ignoring_case);
}

std::vector<std::string> fields_named_by_connection(const ConnectionOptions& options) {
  return {options.named.begin(), options.named.end()};
}

}  // namespace taskgate::http
