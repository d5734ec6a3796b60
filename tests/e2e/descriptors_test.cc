// Too many connections: more than limits.connections, and more than there are descriptors for.
#include <sys/resource.h>

#include <list>

#include "e2e/configured_world.h"
#include "e2e/wire_world.h"
#include "support/catch.h"
#include "support/failure.h"

namespace taskgate::test {
namespace {

// A running gate's limit of descriptors.
rlimit limit_of(Gate& gate) {
  rlimit limit{};
  if (prlimit(gate.process().pid(), RLIMIT_NOFILE, nullptr, &limit) != 0) fail_errno("prlimit");
  return limit;
}

// A gate with 24 descriptors for traffic, 16 clients at most, and an upstream whose answers to all
// but `/now` wait until `open` is set.
struct ShortWorld {
  double connections(const std::string& kind) const {
    return gate.metric("taskgate_connections{kind=\"" + kind + "\"}").value_or(-1);
  }
  bool is_known() const { return gate.metric(R"(taskgate_signal_state{state="known"})") == 1; }

  Flag open;
  ScriptedUpstream upstream{[this](RawConnection& connection) {
    const HttpRequest request = read_request(connection);
    if (request.target != "/now") open.wait("the test lets the upstream answer");
    connection.send(request.method == "POST" ? kCreated : kNoContent);
  }};
  TmuxServer tmux;
  Gate gate{Gate::in_front_of(upstream.port(), tmux.socket()), {}, with_descriptors(64)};
  std::list<RawClient> clients;
};

TEST_CASE("over limits.connections a client waits until another leaves, and disturbs nobody") {
  ScriptedWorld world(answer_with(kNoContent), {{"limits.connections", "2"}});
  RawClient first(world.port());
  RawClient second(world.port());
  for (RawClient* client : {&first, &second}) {
    client->send(kGet);
    CHECK(read_answer(*client).status == 204);
  }
  RawClient third(world.port());
  third.send(kGet);
  world.front.gate.process().wait_for_line(
      R"("event":"accept_paused","reason":"as many.*,"connections":2)");
  for (RawClient* client : {&first, &second}) {
    client->send(kGet);
    CHECK(read_answer(*client).status == 204);
  }
  CHECK(third.pending().empty());
  CHECK(world.front.metric(R"(taskgate_connections{kind="idle"})") == 2);
  CHECK(world.front.metric("taskgate_connections_limit") == 2);
  first.close();
  CHECK(read_answer(third).status == 204);
}

TEST_CASE("a lower limits.connections holds from the reload on, for who comes next, too") {
  ConfiguredWorld configured("{}");
  const GatedWorld& world = configured.world;
  RawClient first(world.gate->port());
  first.send(kGet);
  CHECK(read_answer(first).status == 200);
  configured.reload("limits: {connections: 1}");
  RawClient second(world.gate->port());
  second.send(kGet);
  world.gate->process().wait_for_line(
      R"("event":"accept_paused","reason":"as many.*,"connections":1)");
  CHECK(second.pending().empty());
  first.close();
  CHECK(read_answer(second).status == 200);
}

TEST_CASE("the gate raises its soft limit of descriptors to the hard one") {
  const TmuxServer tmux;
  const ClosedPort nobody;
  Gate gate(Gate::in_front_of(nobody.port(), tmux.socket()), {}, with_descriptors(64, "-Sn"));
  CHECK(limit_of(gate).rlim_cur == limit_of(gate).rlim_max);
  CHECK(limit_of(gate).rlim_cur > 64);
}

TEST_CASE("clients cannot use up the descriptors that listings, the admin port and requests need") {
  ShortWorld world;
  Gate& gate = world.gate;
  gate.process().wait_for_line(R"("event":"descriptors_short","connections":10000,"possible":16)");
  REQUIRE(gate.metric("taskgate_connections_limit") == 16);

  for (int i = 0; i < 15; ++i) world.clients.emplace_back(gate.port());
  RawClient& speaker = world.clients.emplace_back(gate.port());
  RawClient extra(gate.port());  // one too many: it waits
  extra.send(http_request("GET", "/now"));
  gate.process().wait_for_line(R"("event":"accept_paused","reason":"as many.*,"connections":16)");
  speaker.send(http_request("GET", "/now"));
  CHECK(read_answer(speaker).status == 204);
  speaker.send(http_request("POST", kCreate, "{}"));  // decided, and upstream
  eventually("the create is on its way", [&] { return gate.metric("taskgate_reservations") == 1; });
  CHECK(world.is_known());

  CHECK(extra.pending().empty());
  world.clients.pop_front();
  CHECK(read_answer(extra).status == 204);
  world.open.set();
  CHECK(read_answer(speaker).status == 201);
}

TEST_CASE("requests that take the descriptors of newcomers make the limit of connections less") {
  ShortWorld world;
  for (int i = 0; i < 12; ++i) world.clients.emplace_back(world.gate.port()).send(kGet);
  eventually("all are under way", [&] { return world.connections("active") == 12; });
  CHECK(world.gate.metric("taskgate_connections_limit") == 12);
  world.open.set();
  for (RawClient& client : world.clients) CHECK(read_answer(client).status == 204);
}

TEST_CASE("requests beyond the descriptors for upstream connections are a 503, the others go on") {
  ShortWorld world;
  // Beside 16 clients there are 8 descriptors left for connections to the upstream.
  for (int i = 0; i < 16; ++i) world.clients.emplace_back(world.gate.port());
  eventually("all are accepted", [&] { return world.connections("idle") == 16; });
  for (RawClient& client : world.clients) client.send(kGet);
  eventually("the last ones are told", [&] {
    return world.gate.metric(R"(taskgate_upstream_errors_total{reason="out_of_resources"})") == 8;
  });
  eventually("the first ones are upstream", [&] { return world.upstream.connections() == 8; });
  CHECK(world.connections("active") == 8);
  CHECK(world.is_known());
  world.open.set();
  int refused = 0;
  for (RawClient& client : world.clients) {
    const HttpAnswer answer = read_answer(client);
    if (answer.status == 503) ++refused;
    CHECK(answer.field("Retry-After").has_value() == (answer.status == 503));
    CHECK((answer.status == 204 || answer.body.find("descriptor") != std::string::npos));
  }
  CHECK(refused == 8);
  for (RawClient& client : world.clients) {  // the refused ones' connections are usable too
    client.send(kGet);
    CHECK(read_answer(client).status == 204);
  }
}

}  // namespace
}  // namespace taskgate::test
