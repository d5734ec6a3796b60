#include "proxy/outgoing.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

Outgoing get() {
  Outgoing request;
  request.method = "GET";
  return request;
}

}  // namespace

TEST_CASE("a safe request without a body may be sent twice, and no other one") {
  CHECK(may_be_sent_twice(get()));
  Outgoing changing = get();
  changing.method = "PUT";
  CHECK_FALSE(may_be_sent_twice(changing));
  Outgoing read_whole = get();
  read_whole.body = "{}";
  CHECK_FALSE(may_be_sent_twice(read_whole));
  Outgoing relayed = get();
  relayed.relayed.kind = http::BodyKind::chunked;
  CHECK_FALSE(may_be_sent_twice(relayed));
  Outgoing upgrade = get();
  upgrade.upgrade = true;
  CHECK_FALSE(may_be_sent_twice(upgrade));
  Outgoing old = get();
  old.client_minor_version = 0;
  CHECK_FALSE(may_be_sent_twice(old));
}
