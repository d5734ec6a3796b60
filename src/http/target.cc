#include "http/target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "http/characters.h"
#include "http/head.h"

namespace taskgate::http {

namespace {

// What stands behind "http://" or "https://", whatever the case of the scheme.
std::optional<std::string_view> without_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      return target.substr(scheme.size());
    }
  }
  return std::nullopt;
}

bool is_port(std::string_view text) {
  return skip(ByteClass::digit, text, 0) == text.size();
}

// Every '%' begins an escape of two hexadecimal digits (RFC 3986 section 2.1).
bool has_whole_escapes(std::string_view text) {
  for (std::size_t at = text.find('%'); at < text.size(); at = text.find('%', at + 1)) {
    if (skip(ByteClass::hex, text.substr(at + 1, 2), 0) != 2) return false;
  }
  return true;
}

// An IPv4 address is also a registered name by its bytes.
bool is_registered_name(std::string_view host) {
  return !host.empty() && skip(ByteClass::host, host, 0) == host.size() && has_whole_escapes(host);
}

// Zone identifiers and the "v1." forms of a future IP version are refused: they mean nothing to a
// server.
bool is_ipv6_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  in6_addr address;
  return inet_pton(AF_INET6, terminated.data(), &address) == 1;
}

// "[" IPv6 address "]" [ ":" port ]
bool is_bracketed_authority(std::string_view text) {
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos || !is_ipv6_address(text.substr(1, close - 1))) return false;
  const std::string_view rest = text.substr(close + 1);
  return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

// CONNECT's form: the port is not optional (RFC 9112 section 3.2.3).
bool is_authority_form(std::string_view target) {
  return is_authority(target) && is(ByteClass::digit, target.back()) &&
         target.find(':') != std::string_view::npos;
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.starts_with('[')) return is_bracketed_authority(text);
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view port = text.substr(std::min(colon + 1, text.size()));
  return is_registered_name(text.substr(0, colon)) && is_port(port);
}

std::string_view absolute_form_authority(std::string_view target) {
  const auto rest = without_scheme(target);
  return rest ? rest->substr(0, rest->find_first_of("/?")) : std::string_view();
}

const char* target_fault(std::string_view method, std::string_view target) {
  if (target == "*")
    return method == "OPTIONS" ? nullptr : "target * with another method than OPTIONS";
  if (method == "CONNECT") {
    return is_authority_form(target) ? nullptr : "CONNECT without host and port";
  }
  if (target.starts_with('/')) return nullptr;
  if (!without_scheme(target)) return "malformed request target";
  return is_authority(absolute_form_authority(target)) ? nullptr
                                                       : "invalid authority in the target";
}

std::string_view path_of(std::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  const auto scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const auto path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace taskgate::http
