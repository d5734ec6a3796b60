#include "http/connection.h"

#include "http/head.h"
#include "http/known_fields.h"

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
    options.names_other_fields = true;
    const KnownField named = identify(option);
    if (named == KnownField::content_length || named == KnownField::transfer_encoding ||
        named == KnownField::host) {
      options.names_message_field = true;
    }
  }
}

}  // namespace

ConnectionOptions read_connection_options(const std::vector<Field>& fields) {
  ConnectionOptions options;
  for (const Field& field : fields) {
    if (identify(field.name) != KnownField::connection) continue;
    for_each_element(field.value, [&options, &field](std::string_view option) {
      read_option(options, field, option);
    });
  }
  return options;
}

std::vector<std::string> fields_named_by_connection(const ConnectionOptions& options,
                                                    const std::vector<Field>& fields) {
  std::vector<std::string> names;
  if (!options.names_other_fields || options.count > kMostConnectionOptions) return names;
  for (const Field& field : fields) {
    if (identify(field.name) != KnownField::connection) continue;
    for_each_element(field.value,
                     [&names](std::string_view option) { names.emplace_back(option); });
  }
  return names;
}

bool is_named_by_connection(const ConnectionOptions& options, const std::vector<Field>& fields,
                            std::string_view name) {
  if (!options.names_other_fields || options.count > kMostConnectionOptions) return false;
  bool named = false;
  for (const Field& field : fields) {
    if (identify(field.name) != KnownField::connection) continue;
    for_each_element(field.value, [&named, name](std::string_view option) {
      named = named || equals_ignoring_case(option, name);
    });
  }
  return named;
}

}  // namespace taskgate::http
