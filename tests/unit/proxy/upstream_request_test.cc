#include "proxy/upstream_request.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

UpstreamRequest get() {
  UpstreamRequest request;
  request.method = "GET";
  return request;
}

}  // namespace

TEST_CASE("a safe request without a body may be sent twice, and no other one") {
  CHECK(may_be_sent_twice(get()));
  UpstreamRequest changing = get();
  changing.method = "PUT";
  CHECK_FALSE(may_be_sent_twice(changing));
  UpstreamRequest read_whole = get();
  read_whole.body = "{}";
  CHECK_FALSE(may_be_sent_twice(read_whole));
  UpstreamRequest relayed = get();
  relayed.relayed.kind = http::BodyKind::chunked;
  CHECK_FALSE(may_be_sent_twice(relayed));
  UpstreamRequest upgrade = get();
  upgrade.upgrade = true;
  CHECK_FALSE(may_be_sent_twice(upgrade));
  UpstreamRequest old = get();
  old.client_minor_version = 0;
  CHECK_FALSE(may_be_sent_twice(old));
}
