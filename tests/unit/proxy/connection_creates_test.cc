// What becomes of a create, and of its slot, when its client or its upstream leaves.
#include "connection_world.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace taskgate::proxy::test;

namespace {

// A create that stands in line.
struct InLine {
  InLine() {
    client.send(kCreate);
    world.until_in_line();
  }

  World world = World::with_line();
  FarEnd client = world.connect();
};

}  // namespace

TEST_CASE("a refused create never reaches the upstream, and its connection goes on") {
  World world(0);
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_has(client, "HTTP/1.1 429 ");
  CHECK_FALSE(world.has_come());
  client.send(kGet);
  FarEnd upstream = world.accept();
  world.until_has(upstream, "GET / HTTP/1.1\r\n");
  CHECK(world.gate().reservations() == 0);
}

TEST_CASE("a create whose client leaves within its body is never sent") {
  World world;
  FarEnd client = world.connect();
  client.send(kCreate.substr(0, kCreate.size() - 1));
  client.reset();
  world.until_served();
  CHECK_FALSE(world.has_come());
  CHECK(world.gate().reservations() == 0);
}

TEST_CASE("a create whose client leaves is carried to its end") {
  for (const std::string& answer : {std::string(), kCreateBegun}) {
    INFO("answer so far: " << answer);
    UnderWay create = answer.empty() ? UnderWay(kCreate) : UnderWay(kCreate, answer);
    create.client.reset();
    CHECK_FALSE(create.upstream->ended());
    create.upstream->send(answer.empty() ? kCreated : "123456789");
    create.world.until_served();
    CHECK(create.upstream->end() == FarEnd::End::closed);
    create.world.until("its slot is free", [&] { return create.world.gate().reservations() == 0; });
    CHECK(create.world.counts("taskgate_reservations_abandoned_total 0"));
    // What its client would have been told.
    CHECK(create.world.counts("taskgate_requests_total{code=\"201\",route=\"task\"} 1"));
  }
}

TEST_CASE("a create that stands in line gives its place back when its client leaves") {
  InLine create;
  create.client.reset();
  create.world.until_served();
  CHECK(create.world.gate().waiting == 0);
  CHECK_FALSE(create.world.has_come());
}

TEST_CASE("a drain empties the line, and its clients are told") {
  InLine create;
  create.client.half_close();
  create.world.drain();
  create.world.until_has(create.client, "HTTP/1.1 503 ");
  CHECK(create.client.has("\"reason\":\"draining\",\"class\":\"default\",\"waited_seconds\":0,"));
  CHECK_FALSE(create.world.has_come());
}

// It was refused by the new limits, with the help text that the file no longer had.
TEST_CASE("a create that waited across a reload is refused as the new configuration says") {
  InLine create;
  create.world.reload([](config::Config& config) {
    config.refuse.help = "Ask the new team.";
    config.classes.clear();
  });
  create.world.drain();
  create.world.until_has(create.client, "\r\n\r\n{");
  CHECK(create.client.has("Ask the new team."));
  CHECK_FALSE(create.client.has("\"class\":"));
}

TEST_CASE("a create that stands in line ends with the process") {
  InLine create;
  create.world.interrupt();
  create.world.until_served();
  CHECK(create.world.gate().waiting == 0);
}

TEST_CASE("a create that nobody took gives its slot back at once") {
  World world = World::without_upstream();
  FarEnd client = world.connect();
  client.send(kCreate);
  world.until_has(client, "HTTP/1.1 502 ");
  CHECK(world.gate().reservations() == 0);
  CHECK(world.failed("connect_refused"));
  CHECK(world.counts("taskgate_reservations_abandoned_total 0"));
}

TEST_CASE("a create that is refused by the upstream gives its slot back at once") {
  UnderWay create(kCreate, "HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nbad");
  CHECK(create.world.gate().reservations() == 0);
}

// The answer was not looked at before the last byte was sent, which such an upstream never took.
TEST_CASE("an upstream may answer a create of which it has not read all") {
  constexpr std::size_t kMore = 12 * 1024 * 1024;  // than the kernel holds for it
  World world;
  world.reload([](config::Config& config) { config.admission.body_limit = kMore; });
  FarEnd client = world.connect();
  client.send("POST /api/claude/tasks HTTP/1.1\r\nHost: h\r\nContent-Length: " +
              std::to_string(kMore) + "\r\n\r\n");
  const std::string body(kMore, 'x');
  std::string_view rest = body;
  world.until("the body is with the gate", [&] {
    rest.remove_prefix(client.send_some(rest));
    return rest.empty();
  });
  FarEnd upstream = world.accept();
  upstream.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}");
  world.until_has(client, "HTTP/1.1 401 ");
  world.until_has(client, "\r\n\r\n{}");
  CHECK(world.gate().reservations() == 0);
  world.until_ended(upstream);
  client.send(kGet);
  FarEnd next = world.accept();
  world.until_has(next, "GET / HTTP/1.1\r\n");
}

TEST_CASE("a create without an answer keeps its slot, and is counted as abandoned") {
  for (const char* begun : {"", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 201 Cre"}) {
    INFO("answer so far: " << begun);
    UnderWay create(kCreate);
    create.upstream->send(begun);
    create.upstream->close();
    create.world.until_has(create.client, "HTTP/1.1 502 ");
    CHECK(create.world.gate().abandoned == 1);
    CHECK(create.world.counts("taskgate_reservations_abandoned_total 1"));
  }
}

TEST_CASE("a create whose answer breaks off behind its head is not lost") {
  UnderWay create(kCreate, kCreateBegun);
  create.upstream->close();
  create.world.until_ended(create.client);
  CHECK(create.world.gate().settling == 1);
  CHECK(create.world.counts("taskgate_reservations_abandoned_total 0"));
}
