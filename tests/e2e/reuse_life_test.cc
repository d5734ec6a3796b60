// Idle upstream connections in the life of the gate: reload, drain, and no descriptors for them.
#include <csignal>
#include <filesystem>
#include <list>

#include "e2e/reuse_world.h"
#include "support/catch.h"
#include "support/temp_dir.h"

namespace taskgate::test {
namespace {

constexpr const char* kIdle = "taskgate_upstream_connections_idle";

std::string yaml(std::uint16_t upstream, const std::string& keep_alive) {
  return "upstream: 127.0.0.1:" + std::to_string(upstream) +
         "\ntimeouts: {upstream_keep_alive: " + keep_alive + "}\n";
}

// A gate whose upstream and keep-alive stand in its file.
struct ReloadedWorld {
  explicit ReloadedWorld(ScriptedUpstream::Script script)
      : upstream(std::move(script)),
        file(dir.write("config.yaml", yaml(upstream.port(), "1h"))),
        gate({{"tmux.socket", tmux.socket()}}, {"--config", file}) {}

  HttpAnswer ask(const std::string& request) const { return test::ask(gate.port(), request); }
  double idle() const { return gate.metric(kIdle).value_or(-1); }
  void reload(const std::string& text) {
    const auto generation = [&] { return gate.metric("taskgate_config_generation"); };
    const auto before = generation();
    std::filesystem::rename(dir.write("next.yaml", text), file);
    gate.process().signal(SIGHUP);
    eventually("the configuration is reloaded", [&] { return generation() > before; });
  }

  TmuxServer tmux;
  ScriptedUpstream upstream;
  TempDir dir;
  std::string file;
  Gate gate;
};

// The same to an upstream that speaks HTTP/1.1, on a connection that is not used again.
const std::string kGetAndClose = http_request("GET", "/", {}, {{"Connection", "close"}});

TEST_CASE("a reload that changes the upstream closes its idle connections") {
  ScriptedUpstream next(answers([](const HttpRequest&) { return answer_of("next"); }));
  ReloadedWorld world(answers_all());
  CHECK(world.ask(kGet).status == 204);
  REQUIRE(world.idle() == 1);
  world.reload(yaml(next.port(), "1h"));
  CHECK(world.upstream.received(0) == kGet);
  CHECK(world.ask(kGet).body == "next");
  CHECK(world.ask(kGet).body == "next");
  CHECK(world.upstream.connections() == 1);
  CHECK(next.connections() == 1);
}

TEST_CASE("a connection that a reload finds in use is not kept for the next upstream's requests") {
  Flag arrived;
  Flag go_on;
  ScriptedUpstream next(answers([](const HttpRequest&) { return answer_of("next"); }));
  ReloadedWorld world(answers([&](const HttpRequest&) {
    arrived.set();
    go_on.wait("the reload is over");
    return kNoContent;
  }));
  RawClient client(world.gate.port());
  client.send(kGet);
  arrived.wait("the request is with the first upstream");
  world.reload(yaml(next.port(), "1h"));
  go_on.set();
  CHECK(read_answer(client).status == 204);
  CHECK(world.upstream.received(0) == kGet);
  CHECK(world.ask(kGet).body == "next");
}

TEST_CASE("a reload that ends the reuse closes the idle connections, and another begins it anew") {
  ReloadedWorld world(answers_all());
  CHECK(world.ask(kGet).status == 204);
  REQUIRE(world.idle() == 1);
  world.reload(yaml(world.upstream.port(), "0"));
  CHECK(world.upstream.received(0) == kGet);
  CHECK(world.ask(kGet).status == 204);
  CHECK(world.upstream.received(1) == kGetAndClose);
  world.reload(yaml(world.upstream.port(), "1h"));
  for (int i = 0; i < 2; ++i) CHECK(world.ask(kGet).status == 204);
  CHECK(world.upstream.connections() == 3);
}

TEST_CASE("a reload of anything else leaves idle connections as they are") {
  ReloadedWorld world(answers_all());
  CHECK(world.ask(kGet).status == 204);
  world.reload(yaml(world.upstream.port(), "1h") + "limit: 3\n");
  CHECK(world.ask(kGet).status == 204);
  CHECK(world.upstream.connections() == 1);
}

TEST_CASE("a drain closes idle upstream connections at once, and keeps none any more") {
  ScriptedWorld world(answers_all(), reusing({{"drain.notice", "1h"}, {"drain.timeout", "1h"}}));
  CHECK(world.front.ask(kGet).status == 204);
  REQUIRE(world.front.metric(kIdle) == 1);
  world.front.gate.process().signal(SIGTERM);
  CHECK(world.upstream.received(0) == kGet);
  CHECK(world.front.ask(kGet).status == 204);
  CHECK(world.upstream.received(1) == kGetAndClose);
  CHECK(world.front.metric("taskgate_draining") == 1);
  CHECK(world.front.metric(kIdle) == 0);
  world.front.gate.process().signal(SIGTERM);
  CHECK(world.front.gate.process().wait() == 0);
}

// 24 descriptors for traffic, 16 clients at most. The upstream's answers to GET and to POST each
// wait for a flag.
struct ShortWorld {
  // Ends with idle connections to the upstream.
  explicit ShortWorld(std::size_t readers) {
    ask_at_once(readers, kGet);
    eventually("all reads are upstream", [&] { return upstream.connections() == readers; });
    reads_may_end.set();
    for (RawClient& client : clients) CHECK(read_answer(client).status == 204);
  }
  void ask_at_once(std::size_t count, const std::string& request) {
    for (std::size_t i = 0; i < count; ++i) clients.emplace_back(gate.port()).send(request);
  }
  double idle() const { return gate.metric(kIdle).value_or(-1); }

  Flag reads_may_end;
  Flag writes_may_end;
  ScriptedUpstream upstream{answers([this](const HttpRequest& request) {
    (request.method == "GET" ? reads_may_end : writes_may_end).wait("the test lets it answer");
    return kNoContent;
  })};
  TmuxServer tmux;
  Gate gate{reusing(Gate::in_front_of(upstream.port(), tmux.socket())), {}, with_descriptors(64)};
  std::list<RawClient> clients;
};

TEST_CASE("idle upstream connections give way to requests when descriptors are short") {
  ShortWorld world(8);
  REQUIRE(world.idle() == 8);
  world.ask_at_once(8, http_request("POST", "/x", "{}"));
  eventually("all writes are upstream", [&] { return world.upstream.connections() == 16; });
  CHECK(world.idle() == 0);
  world.writes_may_end.set();
}

TEST_CASE("idle upstream connections give way to clients when descriptors are short") {
  ShortWorld world(12);
  REQUIRE(world.idle() == 11);
  world.ask_at_once(4, "");
  eventually("all clients are in",
             [&] { return world.gate.metric(R"(taskgate_connections{kind="idle"})") == 16; });
  CHECK(world.idle() == 8);
}

}  // namespace
}  // namespace taskgate::test
