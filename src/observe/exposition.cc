#include "observe/exposition.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace taskgate::observe {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the part before the first `delimiter` off `rest`.
std::string_view next_part(std::string_view& rest, char delimiter) {
  const auto end = std::min(rest.find(delimiter), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim(part);
}

bool equals_lower(std::string_view text, std::string_view lower) {
  return std::ranges::equal(
      text, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

// One media range of the list, with the two parameters that matter here.
struct MediaRange {
  std::string_view type;
  std::string_view version;
  double quality = 1;
};

MediaRange parse(std::string_view element) {
  MediaRange range{next_part(element, ';'), {}, 1};
  while (!element.empty()) {
    std::string_view value = next_part(element, ';');
    const std::string_view name = next_part(value, '=');
    if (equals_lower(name, "version")) range.version = value;
    // A quality that is no number means 0: what is not understood is not wanted.
    if (equals_lower(name, "q") &&
        std::from_chars(value.data(), value.data() + value.size(), range.quality).ec !=
            std::errc()) {
      range.quality = 0;
    }
  }
  return range;
}

std::optional<Exposition> format_of(const MediaRange& range) {
  const auto version_is = [&](std::string_view version) {
    return range.version.empty() || range.version == version;
  };
  if (equals_lower(range.type, "application/openmetrics-text") && version_is("1.0.0")) {
    return Exposition::openmetrics;
  }
  if (equals_lower(range.type, "text/plain") && version_is("0.0.4")) return Exposition::prometheus;
  if (range.type == "*/*" || equals_lower(range.type, "text/*")) return Exposition::prometheus;
  return std::nullopt;
}

}  // namespace

Exposition negotiate(std::string_view accept) {
  Exposition best = Exposition::prometheus;
  double best_quality = 0;
  while (!accept.empty()) {
    const MediaRange range = parse(next_part(accept, ','));
    const auto format = format_of(range);
    if (!format || range.quality <= best_quality) continue;
    best = *format;
    best_quality = range.quality;
  }
  return best;
}

const char* content_type(Exposition format) {
  switch (format) {
    case Exposition::prometheus:
      return "text/plain; version=0.0.4; charset=utf-8";
    case Exposition::openmetrics:
      return "application/openmetrics-text; version=1.0.0; charset=utf-8";
  }
  return "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace taskgate::observe
