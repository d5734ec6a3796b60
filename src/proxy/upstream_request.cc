#include "proxy/upstream_request.h"

namespace taskgate::proxy {

bool may_be_sent_twice(const UpstreamRequest& request) {
  const bool has_body = !request.body.empty() || request.relayed.kind != http::BodyKind::none;
  return !has_body && !request.upgrade && request.client_minor_version > 0 &&
         http::is_safe(request.method);
}

}  // namespace taskgate::proxy
