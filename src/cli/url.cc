#include "cli/url.h"

#include <algorithm>

#include "base/text.h"
#include "config/values.h"

namespace taskgate::cli {
namespace {

using Place = boost::system::result<AskedPlace, std::string>;

std::string no_tls(const std::string& url) {
  return "is not asked, since this program speaks no TLS: ask the plain port behind it, or run\n"
         "  curl -si -X OPTIONS -H 'Max-Forwards: 0' '" +
         printable(url) + "'\nand look for \"taskgate\" in what comes back";
}

// Of an address that is none: what is wrong, and what is taken.
std::string no_place(const std::string& fault) {
  return fault + "; use HOST:PORT or http://HOST[:PORT][/PATH]";
}

bool is_target(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

// Behind "http://".
Place parse_rest(const std::string& rest) {
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string authority = rest.substr(0, end);
  std::string target = rest.substr(end, rest.find('#') - end);
  if (authority.find('@') != std::string::npos) return std::string("names a user: leave that out");
  if (!target.starts_with('/')) target.insert(0, "/");
  if (!is_target(target)) return std::string("has a path that must be percent-encoded");
  // The colons between the brackets of an IPv6 address begin no port.
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string::npos ? 0 : bracket);
  if (colon == std::string::npos) authority += ":80";
  const auto address = config::parse_address(authority, false);
  if (!address) return no_place(address.error().text);
  return AskedPlace{*address, std::move(target)};
}

}  // namespace

Place parse_asked_place(const std::string& text) {
  const std::size_t colon = text.find("://");
  if (colon != std::string::npos) {
    const std::string scheme = text.substr(0, colon);
    if (equals_ignoring_case(scheme, "http")) return parse_rest(text.substr(colon + 3));
    if (equals_ignoring_case(scheme, "https")) return no_tls(text);
    return no_place("is no http:// URL");
  }
  if (text.find('/') != std::string::npos)
    return std::string("has a path: write http:// before it");
  const auto address = config::parse_address(text, false);
  if (!address) return no_place(address.error().text);
  return AskedPlace{*address, "*"};
}

}  // namespace taskgate::cli
