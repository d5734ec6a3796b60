#include "standin/auth.h"

#include <algorithm>
#include <array>

namespace taskgate::standin {

bool is_authorized(const Exchange& exchange) {
  const Options& options = exchange.server.options;
  if (options.auth != AuthMode::oauth2) return true;
  if (has_bearer(exchange.request, options.token)) return true;
  if (exchange.target.bearer_only || !options.trusted_proxy) return false;
  constexpr std::array kIdentities = {"X-Auth-Request-User", "X-Auth-Request-Email", "Remote-User"};
  return std::any_of(kIdentities.begin(), kIdentities.end(), [&](const char* name) {
    return !exchange.request.field_or_empty(name).empty();
  });
}

bool require_authorization(Exchange& exchange) {
  if (is_authorized(exchange)) return true;
  exchange.reply.error(401, "Unauthorized");
  return false;
}

bool has_bearer(const Request& request, const std::string& token) {
  return request.field_or_empty("Authorization") == "Bearer " + token;
}

}  // namespace taskgate::standin
