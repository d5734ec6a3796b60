#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/values.h"

namespace taskgate::config {
namespace {

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

// RFC 1123 section 2.1, and the underscore that some clusters use. A name of digits and dots is a
// mistyped address.
bool is_name(const std::string& host) {
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         std::all_of(host.begin(), host.end(), is_name_character) &&
         host.find_first_not_of("0123456789.") != std::string::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_count(text);
  if (!number || text.size() > 5 || *number > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

// The host without the brackets of an IPv6 address; nothing when it is no host.
std::optional<std::string> parse_host(std::string_view text) {
  const bool is_bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  const std::string host(is_bracketed ? text.substr(1, text.size() - 2) : text);
  if (is_bracketed ? !is_ipv6(host) : !is_ipv4(host) && !is_name(host)) return std::nullopt;
  return host;
}

// An address as the 16 bytes of IPv6, IPv4 ones mapped (RFC 4291 section 2.5.5.2), so that
// spellings do not matter.
using Bytes = std::array<unsigned char, 16>;

std::optional<Bytes> bytes_of(const std::string& host) {
  const std::string literal = host == "localhost" ? "127.0.0.1" : host;
  Bytes bytes{};
  if (inet_pton(AF_INET6, literal.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xFF;
  if (inet_pton(AF_INET, literal.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

// The IPv4 address in the 16 bytes, if it is one.
bool is_mapped(const Bytes& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) &&
         bytes[10] == 0xFF && bytes[11] == 0xFF;
}

bool is_any(const Bytes& bytes) {
  const auto begin = is_mapped(bytes) ? bytes.begin() + 12 : bytes.begin();
  return std::all_of(begin, bytes.end(), [](auto byte) { return byte == 0; });
}

bool is_loopback(const Bytes& bytes) {
  static const Bytes kLoopback6 = *bytes_of("::1");
  return bytes == kLoopback6 || (is_mapped(bytes) && bytes[12] == 127);
}

// "::" covers IPv4 too (the listener is dual stack), "0.0.0.0" only IPv4.
bool covers(const Bytes& all, const Bytes& one) {
  return is_any(all) && (!is_mapped(all) || is_mapped(one));
}

}  // namespace

std::string to_string(const Address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Parsed<Address> parse_address(std::string_view text, bool may_be_any) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Fault{"has no port"};
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return Fault{"has no port from 0 to 65535"};
  if (*port == 0 && !may_be_any) return Fault{"has port 0"};
  const std::string_view host_text = text.substr(0, colon);
  if (host_text.empty() && may_be_any) return Address{"::", *port};
  if (host_text.empty()) return Fault{"has no host"};
  const auto host = parse_host(host_text);
  if (!host && host_text.find(':') != std::string_view::npos && is_ipv6(std::string(host_text))) {
    return Fault{"has no brackets around its IPv6 address"};
  }
  if (!host) return Fault{"has no valid host"};
  return Address{*host, *port};
}

bool clash(const Address& one, const Address& other) {
  if (one.port != other.port || one.port == 0) return false;
  const auto a = bytes_of(one.host);
  const auto b = bytes_of(other.host);
  if (!a || !b) return one.host == other.host;
  return *a == *b || covers(*a, *b) || covers(*b, *a);
}

bool is_loopback(const Address& address) {
  const auto bytes = bytes_of(address.host);
  return bytes && is_loopback(*bytes);
}

bool reaches(const Address& target, const Address& listener) {
  if (!clash(target, listener)) return false;
  const auto to = bytes_of(target.host);
  const auto at = bytes_of(listener.host);
  // A connection to all addresses goes to the loopback; one to another host's address leaves this
  // one.
  return target.host == listener.host || to == at || is_loopback(*to) ||
         (is_any(*to) && is_loopback(*at));
}

}  // namespace taskgate::config
