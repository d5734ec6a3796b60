// Launches of items, of which only some kinds create a task: the gate asks for the kind first.
#include <string>

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const Gate::Settings kFull{{"limit", "0"}};
const std::string kTask = R"({"action":{"type":"task"}})";
const std::string kLink = R"({"action":{"type":"url"}})";
const std::string kNotFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

std::string launch(const std::string& fields = "") {
  return "POST /api/desktop/ab/launch HTTP/1.1\r\nHost: h\r\n" + fields +
         "Content-Length: 2\r\n\r\n{}";
}

TEST_CASE("an upstream that hides its items from strangers is asked as the launch's sender") {
  for (const std::string field : {"Authorization: Bearer a\r\n", "Cookie: session=a\r\n",
                                  "X-Auth-Request-User: a\r\n", "X-Api-Key: a\r\n"}) {
    CAPTURE(field);
    ScriptedWorld world(
        [&](RawConnection& connection) {
          const std::string request = connection.read_until("\r\n\r\n");
          const bool is_known = request.find(field) != std::string::npos;
          connection.send(is_known ? answer_of(kTask) : kNotFound);
        },
        kFull);
    CHECK(world.front.ask(launch(field)).status == 429);
    CHECK(world.upstream.connections() == 1);
  }
}

TEST_CASE("the question has nothing of the launch's body") {
  ScriptedWorld world(
      [&](RawConnection& connection) {
        read_request(connection);
        connection.send(answer_of(kTask));
      },
      kFull);
  CHECK(world.front
            .ask(launch("Content-Type: a/b\r\nIf-Match: x\r\nConnection: x-hop\r\nX-Hop: 1\r\n"))
            .status == 429);
  CHECK(world.upstream.received(0) ==
        "GET /api/desktop/ab HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n"
        "Connection: close\r\n\r\n");
}

TEST_CASE("the kind is asked for when the body of the launch is in") {
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send(answer_of(kLink));
  });
  RawClient client(world.port());
  client.send(
      "POST /api/desktop/ab/launch HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 2\r\n\r\n");
  client.read_until("100 Continue\r\n\r\n");
  CHECK(world.upstream.connections() == 0);
  client.send("{}");
  CHECK(read_answer(client).status == 200);
  CHECK(world.upstream.connections() == 2);
  CHECK(world.upstream.received(1) == launch());
}

TEST_CASE(
    "while a change of the item is under way its kind is not asked, and a launch is a create") {
  Flag may_end;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        read_request(connection);
        may_end.wait("the test lets the upstream answer");
        connection.send(answer_of(kLink));
      },
      kFull);
  RawClient change(world.port());
  change.send(http_request("PUT", "/oauth/api/desktop/ab", "{}"));
  eventually("the change is with the upstream", [&] { return world.upstream.connections() == 1; });
  CHECK(world.front.ask(launch()).status == 429);
  CHECK(world.upstream.connections() == 1);
  may_end.set();
  CHECK(read_answer(change).status == 200);
  CHECK(world.front.ask(launch()).status == 200);
}

// The upstream took its time to tell the kind, the change went on meanwhile, and the launch passed
// as what the item had been before.
TEST_CASE("a launch whose item changes while its kind is asked is a create") {
  Flag is_changed;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        if (read_request(connection).method == "PUT") is_changed.set();
        is_changed.wait("the item is changed");
        connection.send(answer_of(kLink));
      },
      kFull);
  RawClient launched(world.port());
  launched.send(launch());
  eventually("the kind is asked", [&] { return world.upstream.connections() == 1; });
  CHECK(world.front.ask(http_request("PUT", "/api/desktop/ab", "{}")).status == 200);
  CHECK(read_answer(launched).status == 429);
  CHECK(world.upstream.connections() == 2);
}

}  // namespace
}  // namespace taskgate::test
