// The drain, with everything under way that can be: creates, streams, tunnels, bodies that wait.
#include <csignal>
#include <future>
#include <list>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/failure.h"
#include "support/run.h"

namespace taskgate::test {
namespace {

const std::string kSoon = "300";
const std::string kNotBeforeTheEnd = "60000";

// As a preStop hook does.
void tell_to_drain(Gate& gate) {
  const RunResult told =
      run({gate_binary(), "drain", "--no-wait"},
          gate_environment({{"admin", "127.0.0.1:" + std::to_string(gate.admin_port())}}));
  CHECK(told.status == 0);
  gate.process().wait_for_line(R"("event":"drain_started")");
}

// The first SIGTERM begins the drain, the second ends it.
void terminate_twice(Gate& gate) {
  gate.process().signal(SIGTERM);
  gate.process().wait_for_line(R"("event":"drain_started")");
  gate.process().signal(SIGTERM);
  CHECK(gate.process().wait() == 0);
}

bool takes_connections(const Gate& gate) {
  try {
    RawClient newcomer(gate.port());
    return true;
  } catch (const Failure&) {
    return false;
  }
}

// Begins requests whose heads have not come to their end, on connections that are new and on one
// that had a request before; returns when the gate has read them.
class UnfinishedHeads {
 public:
  explicit UnfinishedHeads(const Gate& gate) : fresh_(gate.port()), kept_(gate.port()) {
    kept_.send(http_request("GET", "/livez"));
    CHECK(read_answer(kept_).status == 200);
    for (RawClient* client : both()) {
      client->send("GET /livez HTTP/1.1\r\nHost: h\r\nCookie: " + std::string(kBytes, 'x'));
    }
    eventually("they are read",
               [&] { return gate.metric("taskgate_held_bytes").value_or(0) > 2 * kBytes; });
  }

  std::vector<RawClient*> both() { return {&fresh_, &kept_}; }
  void finish() {
    for (RawClient* client : both()) {
      client->send("\r\n\r\n");
      const HttpAnswer answer = read_answer(*client);
      CHECK(answer.status == 200);
      CHECK(answer.field("Connection") == "close");
    }
  }

 private:
  static constexpr std::size_t kBytes = 20'000;

  RawClient fresh_;
  RawClient kept_;
};

// One client of each kind in the middle of its work.
struct BusyWorld {
  explicit BusyWorld(Gate::Settings settings, const std::string& answer_delay_ms)
      : world(std::move(settings), {"--answer-delay", answer_delay_ms}),
        create(world.gate->port()),
        stream(world.gate->port()),
        tunnel(world.gate->port()) {
    begin_stream(stream);
    begin_tunnel(tunnel);
    create.send(http_request("POST", kTerminal, "{}"));
    eventually("the create is on its way",
               [&] { return world.standin.stats().creates_received == 1; });
  }

  Gate& gate() const { return *world.gate; }
  void start_drain() const {
    gate().process().signal(SIGTERM);
    gate().process().wait_for_line(R"("event":"drain_started","connections":3)");
  }
  // What goes on until the client or drain.timeout ends it.
  void check_streams() {
    stream.read_until("task.created");
    tunnel.send("echo");
    CHECK(tunnel.read_exact(4) == "echo");
  }

  GatedWorld world;
  RawClient create;
  RawClient stream;
  RawClient tunnel;
};

TEST_CASE("a drain finishes creates, lets streams and tunnels go on, and ends with the last one") {
  BusyWorld busy({{"drain.notice", "100ms"}, {"drain.timeout", "1h"}}, kSoon);
  busy.start_drain();
  CHECK(read_answer(busy.create).status == 201);
  busy.check_streams();
  eventually("no more connections are taken", [&] { return !takes_connections(busy.gate()); });
  busy.tunnel.half_close();
  CHECK(busy.tunnel.read_to_end().empty());
  CHECK(busy.gate().process().running());
  busy.stream.close();
  busy.gate().process().wait_for_line(R"("event":"drained")");
  CHECK(busy.gate().process().wait() == 0);
  CHECK(busy.gate().process().output().find("connections_cut") == std::string::npos);
}

TEST_CASE("at drain.timeout streams and tunnels are cut visibly, after the creates were answered") {
  BusyWorld busy({{"drain.notice", "0s"}, {"drain.timeout", "3s"}}, kSoon);
  busy.start_drain();
  CHECK(read_answer(busy.create).status == 201);
  busy.check_streams();
  CHECK(busy.stream.peer_closed());
  CHECK_FALSE(busy.stream.received().ends_with("0\r\n\r\n"));
  CHECK(busy.tunnel.peer_closed());
  CHECK(busy.tunnel.was_reset());
  busy.gate().process().wait_for_line(R"("event":"connections_cut","connections":2)");
  CHECK(busy.gate().process().wait() == 0);
}

TEST_CASE("a second SIGTERM cuts creates, streams and tunnels at once; the create still runs") {
  BusyWorld busy({{"drain.notice", "1h"}, {"drain.timeout", "1h"}}, kNotBeforeTheEnd);
  terminate_twice(busy.gate());
  busy.gate().process().wait_for_line(R"("event":"connections_cut",.*"detail":"a second signal)");
  for (RawClient* client : {&busy.create, &busy.stream, &busy.tunnel}) {
    CHECK(client->peer_closed());
  }
  CHECK(busy.create.received().empty());
  eventually("the upstream has run the create", [&] { return busy.world.tmux.count() == 1; });
}

TEST_CASE("taskgate drain lets what is under way end, and the SIGTERM behind it ends at once") {
  BusyWorld busy({{"drain.notice", "0s"}, {"drain.timeout", "1h"}}, kSoon);
  tell_to_drain(busy.gate());
  CHECK(read_answer(busy.create).status == 201);
  busy.check_streams();
  CHECK(busy.gate().admin("/readyz").status == 503);
  busy.gate().process().signal(SIGTERM);
  CHECK(busy.gate().process().wait() == 0);
  CHECK(busy.stream.peer_closed());
  CHECK(busy.tunnel.peer_closed());
}

TEST_CASE(
    "a tmux that does not answer for long hides the gate neither from a scrape nor from taskgate "
    "drain") {
  GatedWorld world(Gate::Settings{{"tmux.timeout", "1m"}});
  world.fill(1);
  world.tmux.stop();
  auto live =
      std::async(std::launch::async, [&] { return world.metric("taskgate_sessions_live"); });
  tell_to_drain(*world.gate);
  CHECK(live.get() == 1);
}

TEST_CASE("SIGTERM behind taskgate drain waits for requests, not for streams and tunnels") {
  BusyWorld busy({{"drain.notice", "1h"}, {"drain.timeout", "1h"}}, kSoon);
  tell_to_drain(busy.gate());
  busy.gate().process().signal(SIGTERM);
  CHECK(read_answer(busy.create).status == 201);
  CHECK(busy.gate().process().wait() == 0);
  CHECK(busy.stream.peer_closed());
  CHECK(busy.tunnel.peer_closed());
  busy.gate().process().wait_for_line(R"("event":"streams_cut","streams":1,"tunnels":1)");
}

TEST_CASE("while a request is under way SIGTERM behind taskgate drain ends no listening") {
  BusyWorld busy({{"drain.notice", "1h"}, {"drain.timeout", "1h"}}, kNotBeforeTheEnd);
  tell_to_drain(busy.gate());
  busy.gate().process().signal(SIGTERM);
  busy.gate().process().wait_for_line(R"("signal":"SIGTERM")");
  for (int request = 0; request < 20; ++request) {
    RawClient newcomer(busy.gate().port());
    newcomer.send(http_request("GET", "/livez"));
    CHECK(read_answer(newcomer).status == 200);
  }
  busy.check_streams();
  busy.gate().process().signal(SIGTERM);
  CHECK(busy.gate().process().wait() == 0);
}

TEST_CASE("whoever is in the listen backlog at SIGTERM behind taskgate drain is answered") {
  GatedWorld world(Gate::Settings{{"drain.notice", "1h"}, {"drain.timeout", "1h"}});
  tell_to_drain(*world.gate);
  world.gate->process().signal(SIGSTOP);
  std::list<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(world.gate->port()).send(http_request("GET", "/livez"));
  }
  world.gate->process().signal(SIGTERM);
  world.gate->process().signal(SIGCONT);
  for (RawClient& client : clients) CHECK(read_answer(client).status == 200);
  CHECK(world.gate->process().wait() == 0);
}

// Such a connection was closed without an answer, as if nothing had come on it.
TEST_CASE("a request whose head has begun when drain.notice is over is read on and answered") {
  GatedWorld world(
      Gate::Settings{{"drain.notice", "0s"}, {"drain.timeout", "1h"}, {"timeouts.head", "1h"}});
  RawClient silent(world.gate->port());
  UnfinishedHeads heads(*world.gate);
  world.gate->process().signal(SIGTERM);
  CHECK(silent.read_to_end().empty());
  eventually("no more connections are taken", [&] { return !takes_connections(*world.gate); });
  heads.finish();
  CHECK(world.gate->process().wait() == 0);
}

TEST_CASE("SIGTERM behind taskgate drain waits for requests of which only a part has come, too") {
  GatedWorld world(
      Gate::Settings{{"drain.notice", "1h"}, {"drain.timeout", "1h"}, {"timeouts.head", "1h"}});
  UnfinishedHeads heads(*world.gate);
  tell_to_drain(*world.gate);
  world.gate->process().signal(SIGTERM);
  world.gate->process().wait_for_line(R"("signal":"SIGTERM")");
  for (int request = 0; request < 20; ++request) {
    RawClient newcomer(world.gate->port());
    newcomer.send(http_request("GET", "/livez"));
    CHECK(read_answer(newcomer).status == 200);
  }
  heads.finish();
  CHECK(world.gate->process().wait() == 0);
}

TEST_CASE("a second SIGTERM does not wait for an upstream that takes no connections") {
  GatedWorld world(
      Gate::Settings{{"timeouts.connect", "1h"}, {"drain.notice", "1h"}, {"drain.timeout", "1h"}});
  world.standin.process().signal(SIGSTOP);  // its backlog of 5 is soon full
  std::list<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(world.gate->port()).send(http_request("GET", "/livez"));
  }
  eventually("all have a request under way",
             [&] { return world.metric(R"(taskgate_connections{kind="active"})") == 20; });
  terminate_twice(*world.gate);
  for (RawClient& client : clients) {
    CHECK(client.peer_closed());
    CHECK(client.received().empty());
  }
}

TEST_CASE("a second SIGTERM does not wait for a body that waits for admission.body_total") {
  GatedWorld world(Gate::Settings{{"admission.body_limit", "1KiB"},
                                  {"admission.body_total", "1KiB"},
                                  {"timeouts.body", "1h"},
                                  {"drain.notice", "1h"},
                                  {"drain.timeout", "1h"}});
  const std::string head = "POST " + kTerminal +
                           " HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                           "Content-Length: 1000\r\n\r\n";
  RawClient first(world.gate->port());
  first.send(head);
  CHECK(read_answer(first).status == 100);
  RawClient second(world.gate->port());
  second.send(head);
  eventually("both are read",
             [&] { return world.metric(R"(taskgate_connections{kind="active"})") == 2; });
  terminate_twice(*world.gate);
  CHECK(first.peer_closed());
  CHECK(second.peer_closed());
}

}  // namespace
}  // namespace taskgate::test
