// The Range field as the upstream takes it: one range of bytes; anything else is ignored.
#pragma once

#include <string>

namespace taskgate::standin {

struct ByteRange {
  long long first = 0;
  long long last = -1;  // inclusive
  long long size() const { return last - first + 1; }
};

struct RangeRequest {
  enum class Kind { whole, part, unsatisfiable };
  Kind kind = Kind::whole;
  ByteRange range;
};

// `field` is the Range field's value, "" without one; `size` is the file's.
RangeRequest parse_range(const std::string& field, long long size);

}  // namespace taskgate::standin
