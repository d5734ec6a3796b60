#include "proxy/sender.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <functional>
#include <string_view>

#include "base/text.h"

namespace taskgate::proxy {
namespace {

// Boost's own hash of a text goes byte by byte.
void combine(std::size_t& sender, std::string_view text) {
  boost::hash_combine(sender, std::hash<std::string_view>()(text));
}

bool may_carry_login(std::string_view name) {
  // Few names begin like one of these, and this is asked of each field of each create.
  const char first = to_lower(name.front());
  if (first != 'a' && first != 'c' && first != 'r' && first != 'x') return false;
  constexpr std::string_view kNames[] = {
      "authorization", "cookie",           "remote-user",       "x-remote-user",
      "x-api-key",     "x-forwarded-user", "x-forwarded-email", "x-forwarded-access-token"};
  constexpr std::string_view kBeginning = "x-auth-";  // X-Auth-Request-User, X-Auth-Token
  const auto is_name = [&](std::string_view each) { return equals_ignoring_case(name, each); };
  return (first == 'x' && equals_ignoring_case(name.substr(0, kBeginning.size()), kBeginning)) ||
         std::ranges::any_of(kNames, is_name);
}

}  // namespace

gate::Sender sender_of(const route::Rule& rule, const http::RequestHead& head) {
  std::size_t sender = 0;
  combine(sender, rule.name);
  combine(sender, head.target);
  for (const http::Field& field : head.fields) {
    if (may_carry_login(field.name)) combine(sender, field.value);
  }
  return sender;
}

}  // namespace taskgate::proxy
