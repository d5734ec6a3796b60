#include "http/head.h"

#include "base/text.h"

namespace taskgate::http {

const Field* find_field(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields) {
    if (equals_ignoring_case(field.name, name)) return &field;
  }
  return nullptr;
}

std::string_view only_value(const std::vector<Field>& fields, std::string_view name) {
  const Field* found = nullptr;
  for (const Field& field : fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (found != nullptr) return {};
    found = &field;
  }
  return found == nullptr ? std::string_view() : found->value;
}

}  // namespace taskgate::http
