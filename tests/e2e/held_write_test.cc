// A connection that the upstream resets before a byte of a request is written: the write fails, not
// the read that waits for the answer (resend_test.cc has that).
#include <atomic>
#include <filesystem>

#include "e2e/reuse_world.h"
#include "support/catch.h"
#include "support/temp_dir.h"

namespace taskgate::test {
namespace {

// Which of the upstream's connections it resets: the one that the gate has kept from `/first`, the
// one that is made after it.
struct Resets {
  bool kept = false;
  bool fresh = false;
};

struct HeldWorld {
  explicit HeldWorld(Resets which) : resets(which) {
    CHECK(ask(kFirst).status == 204);
    REQUIRE(gate.metric("taskgate_upstream_connections_idle") == 1);
  }

  HttpAnswer ask(const std::string& request) const { return test::ask(gate.port(), request); }
  // A request whose first write is held back.
  std::string held(const std::string& method, const std::string& target, const std::string& body) {
    return http_request(method, target, body, {{"X-Held-Until-Reset", mark}});
  }
  void wait_until_held() const {
    eventually("the write is held back", [&] { return std::filesystem::exists(mark); });
  }
  void hold_the_next_too() const { std::filesystem::remove(mark); }
  double resends() const { return gate.metric("taskgate_upstream_resends_total").value_or(-1); }
  double broken() const {
    return gate.metric(R"(taskgate_upstream_errors_total{reason="reset"})").value_or(-1);
  }

  void serve(RawConnection& connection) {
    const bool is_kept = connections++ == 0;
    if (is_kept) answer_one(connection);
    if (is_kept ? resets.kept : resets.fresh) {
      (is_kept ? reset_kept : reset_fresh).wait("the write is held back");
      return connection.reset();
    }
    answer_one(connection);
  }
  static void answer_one(RawConnection& connection) {
    read_request(connection);
    connection.send(kNoContent);
  }

  const Resets resets;
  Flag reset_kept;
  Flag reset_fresh;
  std::atomic<int> connections = 0;
  TempDir dir;
  const std::string mark = dir / "held";
  TmuxServer tmux;
  ScriptedUpstream upstream{[this](RawConnection& connection) { serve(connection); }};
  Gate gate{reusing(Gate::in_front_of(upstream.port(), tmux.socket())),
            {},
            {"env", "LD_PRELOAD=" HELD_WRITE_LIBRARY}};
};

TEST_CASE(
    "a safe request that cannot be written on a used connection goes out once, on a new one") {
  const std::string method = GENERATE(as<std::string>{}, "GET", "HEAD", "OPTIONS", "TRACE");
  CAPTURE(method);
  HeldWorld world({.kept = true});
  const std::string request = world.held(method, "/", "");
  RawClient client(world.gate.port());
  client.send(request);
  world.wait_until_held();
  world.reset_kept.set();
  CHECK(read_answer(client).status == 204);
  CHECK(world.upstream.connections() == 2);
  CHECK(world.upstream.received(0) == kFirst);
  CHECK(world.upstream.received(1).starts_with(method + " / HTTP/1.1\r\n"));
  CHECK(world.resends() == 1);
  CHECK(world.broken() == 0);
}

TEST_CASE("one that cannot be written on the new connection either is a 502, and not tried again") {
  HeldWorld world({.kept = true, .fresh = true});
  RawClient client(world.gate.port());
  client.send(world.held("GET", "/", ""));
  world.wait_until_held();
  world.hold_the_next_too();
  world.reset_kept.set();
  world.wait_until_held();
  world.reset_fresh.set();
  CHECK(read_answer(client).status == 502);
  CHECK(world.upstream.connections() == 2);
  CHECK(world.resends() == 1);
  CHECK(world.broken() == 1);
}

TEST_CASE("a write or a body that cannot be written is a 502, and never sent again") {
  struct Row {
    const char* method;
    std::string target;
    const char* body;
  };
  const Row row =
      GENERATE(Row{"POST", "/x", "{}"}, Row{"POST", "/x", ""}, Row{"PUT", "/x", "{}"},
               Row{"DELETE", "/x", ""}, Row{"PATCH", "/x", "{}"}, Row{"OPTIONS", "/x", "{}"},
               Row{"POST", kCreate, "{}"}, Row{"POST", kTerminalCreate, ""});
  CAPTURE(row.method, row.target, row.body);
  HeldWorld world({.fresh = true});
  RawClient client(world.gate.port());
  client.send(world.held(row.method, row.target, row.body));
  world.wait_until_held();
  world.reset_fresh.set();
  CHECK(read_answer(client).status == 502);
  CHECK(world.upstream.connections() == 2);
  CHECK(world.upstream.received(1).empty());
  CHECK(world.resends() == 0);
  CHECK(world.broken() == 1);
  // A create's slot is free at once, and its client's connection goes on, on the kept one upstream.
  CHECK(world.gate.metric("taskgate_reservations") == 0);
  CHECK(world.gate.metric("taskgate_reservations_abandoned_total") == 0);
  client.send(kGet);
  CHECK(read_answer(client).status == 204);
  CHECK(world.upstream.connections() == 2);
}

}  // namespace
}  // namespace taskgate::test
