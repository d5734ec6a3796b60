#include "standin/byte_range.h"

#include <algorithm>
#include <string_view>

#include "standin/text.h"

namespace taskgate::standin {
namespace {

constexpr std::string_view kUnit = "bytes=";

RangeRequest part_or_unsatisfiable(long long first, long long last, long long size) {
  if (first >= size || last < first) return {RangeRequest::Kind::unsatisfiable, {}};
  return {RangeRequest::Kind::part, {first, std::min(last, size - 1)}};
}

}  // namespace

RangeRequest parse_range(const std::string& field, long long size) {
  std::string_view text = field;
  if (!text.starts_with(kUnit)) return {};
  text.remove_prefix(kUnit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = text.substr(0, dash);
  const auto last = text.substr(dash + 1);
  const bool has_first = consists_of(first, kDigits);
  const bool has_last = consists_of(last, kDigits);
  if (first.empty() && has_last) {  // the last so many bytes
    const long long count = to_int(last).value_or(0);
    return part_or_unsatisfiable(std::max(size - count, 0LL), size - 1, count == 0 ? 0 : size);
  }
  if (!has_first || (!has_last && !last.empty())) return {};
  const long long end = has_last ? to_int(last).value_or(size) : size - 1;
  return part_or_unsatisfiable(to_int(first).value_or(size),
                               std::max(end, to_int(first).value_or(0)), size);
}

}  // namespace taskgate::standin
