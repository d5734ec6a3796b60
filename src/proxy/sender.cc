#include "proxy/sender.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <string_view>

#include "base/text.h"

namespace taskgate::proxy {
namespace {

bool may_carry_login(std::string_view name) {
  // Few names begin like one of these, and this is asked of each field of each create.
  const char first = to_lower(name.front());
  if (first != 'a' && first != 'c' && first != 'r' && first != 'x') return false;
  constexpr std::string_view kNames[] = {
      "authorization", "cookie",           "remote-user",       "x-remote-user",
      "x-api-key",     "x-forwarded-user", "x-forwarded-email", "x-forwarded-access-token"};
  constexpr std::string_view kBeginning = "x-auth-";  // X-Auth-Request-User, X-Auth-Token
  return equals_ignoring_case(name.substr(0, kBeginning.size()), kBeginning) ||
         std::ranges::any_of(
             kNames, [&](std::string_view each) { return equals_ignoring_case(name, each); });
}

}  // namespace

gate::Sender sender_of(const route::Rule& rule, const http::RequestHead& head) {
  std::size_t sender = 0;
  boost::hash_combine(sender, std::string_view(rule.name));
  boost::hash_combine(sender, head.target);
  for (const http::Field& field : head.fields) {
    if (may_carry_login(field.name)) boost::hash_combine(sender, field.value);
  }
  return sender;
}

}  // namespace taskgate::proxy
