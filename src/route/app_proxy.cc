#include "route/app_proxy.h"

#include <algorithm>

#include "base/text.h"
#include "route/lenient.h"
#include "route/reading.h"

namespace taskgate::route {
namespace {

// A port as Python's int() takes it, after the escapes that a framework may resolve before: signs,
// white space, underscores and leading zeros change nothing. Too much is read as a port rather than
// too little: what the upstream would answer 404 may as well be refused.
bool names_port(std::string_view text, std::uint16_t port) {
  constexpr std::string_view kIgnored = "+_ \t\r\n\v\f";
  constexpr std::uint32_t kTooLarge = 65'536;
  std::uint32_t number = 0;
  bool any = false;
  while (!text.empty()) {
    std::size_t length = 1;
    const char c = decoded(text, length);
    text.remove_prefix(length);
    if (kIgnored.find(c) != std::string_view::npos) continue;
    if (!is_digit(c)) return false;
    number = std::min(number * 10 + static_cast<std::uint32_t>(c - '0'), kTooLarge);
    any = true;
  }
  return any && number == port;
}

bool path_leads_to(const AppProxy& proxy, std::string_view target, std::uint16_t port) {
  std::string_view path = without_prefixes(exact_path(target), proxy.prefixes, Comparison::bytes);
  if (!path.starts_with(proxy.path)) return false;
  path.remove_prefix(proxy.path.size());
  return names_port(path.substr(0, path.find_first_of("/?#;")), port);
}

// As Python's replace() with nothing: from the left, once over it.
std::string without_all(std::string_view text, std::string_view part) {
  std::string kept;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part)) {
    kept += text.substr(0, at);
    text.remove_prefix(at + part.size());
  }
  kept += text;
  return kept;
}

}  // namespace

// Which of its two readings the upstream goes by hangs on the method and on whether it is an
// upgrade; the gate does not guess.
bool AppProxy::leads_to(std::string_view target, std::uint16_t port) const {
  // Most targets name no number at all, an escape included.
  const bool may_name_port = std::ranges::any_of(target, is_digit);
  if (port == 0 || !may_name_port) return false;
  if (path_leads_to(*this, target, port)) return true;
  const bool loses_some = std::ranges::any_of(deleted_on_get, [&](const std::string& part) {
    return target.find(part) != std::string_view::npos;
  });
  if (!loses_some) return false;
  std::string left(
      without_query(without_prefixes(exact_path(target), prefixes, Comparison::bytes)));
  for (const std::string& part : deleted_on_get) left = without_all(left, part);
  return path_leads_to(*this, left, port);
}

}  // namespace taskgate::route
