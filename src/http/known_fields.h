// The field names that mean something to this hop. One look at a name's length and bytes replaces a
// comparison with each of them. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/enumerators.h"

namespace taskgate::http {

struct Field;

enum class KnownField : std::uint8_t {
  other,
  connection,
  content_length,
  expect,
  host,
  keep_alive,
  max_forwards,
  proxy_connection,
  te,
  trailer,
  transfer_encoding,
  upgrade,
  x_forwarded_for,
};
inline constexpr std::size_t kKnownFields = values_up_to<KnownField::x_forwarded_for>().size();
// In bytes.
inline constexpr std::size_t kLongestKnownField = std::string_view("Transfer-Encoding").size();

KnownField identify(std::string_view name);

// Where the known fields stand in a head, gathered in one pass over it.
class KnownFields {
 public:
  explicit KnownFields(const std::vector<Field>& fields);

  // The first field line of that name, or null.
  const Field* first(KnownField which) const { return at(which).first; }
  std::size_t count(KnownField which) const { return at(which).count; }

 private:
  struct Occurrence {
    const Field* first = nullptr;
    std::size_t count = 0;
  };
  const Occurrence& at(KnownField which) const {
    return occurrences_[static_cast<std::size_t>(which)];
  }

  std::array<Occurrence, kKnownFields> occurrences_{};
};

}  // namespace taskgate::http
