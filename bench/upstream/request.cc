#include "upstream/request.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "support/number.h"

namespace taskgate::bench {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

void take_field(Request& request, std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = lower(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "connection") request.closes = lower(value) == "close";
  if (name == "sec-websocket-key") request.websocket_key = value;
  if (name != "content-length") return;
  const auto length = test::to_number(value);
  request.length_given = length.has_value();
  request.length = length.value_or(0);
}

}  // namespace

Request parse_request(std::string_view head) {
  Request request;
  const auto method_end = head.find(' ');
  const auto target_end = head.find(' ', method_end + 1);
  const auto line_end = head.find('\n');
  if (method_end == std::string_view::npos || target_end == std::string_view::npos ||
      line_end < target_end) {
    throw std::runtime_error("no request line");
  }
  request.method = head.substr(0, method_end);
  request.target = head.substr(method_end + 1, target_end - method_end - 1);
  head.remove_prefix(line_end + 1);
  while (!head.empty()) {
    const auto end = head.find('\n');
    take_field(request, head.substr(0, end));
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  }
  return request;
}

}  // namespace taskgate::bench
