// The signal is never silently zero: what the gate does when it cannot count.
#include <csignal>
#include <filesystem>
#include <thread>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/scripted_upstream.h"
#include "support/temp_dir.h"

using namespace taskgate::test;

TEST_CASE("a stopped tmux server is unknown after the hold, and known again once it goes on") {
  // At the limit, so that no create reaches the upstream, which would wait for the stopped server
  // too.
  GatedWorld world(
      Gate::Settings{{"limit", "1"}, {"tmux.timeout", "100ms"}, {"tmux.hold", "300ms"}});
  world.fill(1);
  world.tmux.stop();
  eventually("creates are refused as unknown", [&] { return world.create().status == 503; });
  const HttpAnswer refused = world.create();
  CHECK(says(refused, "\"fault\":\"timeout\""));
  CHECK(says(refused, "\"live\":null"));
  CHECK(refused.field("Retry-After"));
  CHECK_FALSE(world.gate->metric("taskgate_sessions_live"));
  CHECK_FALSE(world.gate->metric("taskgate_slots_free"));
  CHECK(world.gate->is_ready());
  CHECK(world.ask("GET", "/livez").status == 200);
  world.tmux.resume();
  eventually("the count is known again",
             [&] { return world.metric("taskgate_signal_state{state=\"known\"}") == 1; });
  CHECK(world.create().status == 429);
}

TEST_CASE("a tmux socket that is deleted lets nothing in while its server listens") {
  GatedWorld world(Gate::Settings{{"limit", "1"}, {"tmux.hold", "100ms"}});
  world.fill(1);
  std::filesystem::remove(world.tmux.socket());
  eventually("the count is unknown", [&] { return world.create().status == 503; });
  std::this_thread::sleep_for(std::chrono::milliseconds(250));  // longer than any hold
  for (int i = 0; i < 3; ++i) CHECK(world.create().status == 503);
  CHECK(world.metric("taskgate_session_listings_total{result=\"socket_deleted\"}") > 0);
  const std::string line = world.gate->process().wait_for_line(R"("fault":"socket_deleted")");
  CHECK(line.find("`kill -USR1 PID`") != std::string::npos);
}

TEST_CASE("a second server on the socket's path is no zero and no count of its own") {
  const bool gate_was_down = GENERATE(false, true);
  GatedWorld world(Gate::Settings{{"limit", "2"}, {"tmux.hold", "1s"}});
  world.fill(1);
  if (gate_was_down) world.gate.reset();
  std::filesystem::rename(world.tmux.socket(), world.tmux.socket() + ".away");
  REQUIRE(world.tmux.tmux({"new-session", "-d", "-s", "second", "sleep 86400"}).status == 0);
  Gate gate(Gate::in_front_of(world.standin.port(), world.tmux.socket()));
  const HttpAnswer refused = ask(gate.port(), http_request("POST", kTerminal, "{}"));
  CHECK(refused.status == 503);
  CHECK(gate.metric("taskgate_session_listings_total{result=\"socket_replaced\"}") > 0);
  if (!gate_was_down) {
    eventually("the running gate refuses too", [&] { return world.create().status == 503; });
  }
  world.tmux.tmux({"kill-server"});
  std::filesystem::rename(world.tmux.socket() + ".away", world.tmux.socket());
  eventually("the first one counts again",
             [&] { return gate.metric("taskgate_sessions_live") == 1; });
}

TEST_CASE("a missing folder is zero until the upstream's tmux listens elsewhere, and is named") {
  TmuxServer tmux;  // in a folder tmux-<uid>
  Standin standin(tmux);
  Gate::Settings settings =
      Gate::in_front_of(standin.port(), tmux.folder() + "/volume/tmp/default");
  settings["tmux.hold"] = "1s";
  settings["limit"] = "2";
  Gate gate(settings);
  CHECK(ask(gate.port(), http_request("POST", kTerminal, "{}")).status == 201);
  eventually("creates are refused",
             [&] { return ask(gate.port(), http_request("POST", kTerminal, "{}")).status == 503; });
  CHECK(tmux.count() <= 2);
  CHECK(gate.metric("taskgate_signal_state{state=\"unknown\"}") == 1);
  CHECK_FALSE(gate.metric("taskgate_sessions_live"));
  gate.process().wait_for_line("\"detail\":\"the upstream's tmux listens on " + tmux.socket());
}

TEST_CASE("a gate with another uid than the tmux server's refuses, and says which one it lacks") {
  TmuxServer tmux;  // in a folder tmux-<uid>
  tmux.start();
  Standin standin(tmux);
  Gate gate(Gate::in_front_of(standin.port(), tmux.folder() + "/tmux-4711/default"));
  const HttpAnswer refused = ask(gate.port(), http_request("POST", kTerminal, "{}"));
  CHECK(refused.status == 503);
  gate.process().wait_for_line("run taskgate with that server's uid");
  CHECK(gate.metric("taskgate_signal_state{state=\"unknown\"}") == 1);
  CHECK_FALSE(gate.metric("taskgate_sessions_live"));
  CHECK(standin.stats().creates_received == 0);
}

TEST_CASE("a gate that is told the folder above tmux's own refuses, and says which one to name") {
  TmuxServer tmux;  // in a folder tmux-<uid>
  tmux.start();
  Standin standin(tmux);
  Gate gate(Gate::in_front_of(standin.port(), tmux.folder()));
  const HttpAnswer refused = ask(gate.port(), http_request("POST", kTerminal, "{}"));
  CHECK(refused.status == 503);
  CHECK(says(refused, "\"fault\":\"not_a_socket\""));
  CHECK_FALSE(says(refused, tmux.folder()));
  gate.process().wait_for_line(tmux.folder() + "/tmux-");
  CHECK(gate.metric("taskgate_signal_state{state=\"unknown\"}") == 1);
  CHECK(gate.metric("taskgate_session_listings_total{result=\"not_a_socket\"}") > 0);
  CHECK_FALSE(gate.metric("taskgate_sessions_live"));
  CHECK(standin.stats().creates_received == 0);
}

TEST_CASE("where an ingress replaces 5xx pages, unknown is told with 429") {
  TmuxServer unseen;
  Standin standin(unseen);
  Gate::Settings settings = Gate::in_front_of(standin.port(), "/dev/null");
  settings["refuse.unknown_status"] = "429";
  Gate gate(settings);
  CHECK(ask(gate.port(), http_request("POST", kTerminal, "{}")).status == 429);
}

TEST_CASE("on_unknown admit lets creates pass while the count is unknown") {
  TmuxServer unseen;
  Standin standin(unseen);
  Gate::Settings settings = Gate::in_front_of(standin.port(), "/dev/null");
  settings["tmux.on_unknown"] = "admit";
  Gate gate(settings);
  ask(gate.port(), http_request("POST", kTerminal, "{}"));
  CHECK(standin.stats().creates_received == 1);
}

TEST_CASE("a gate that looks at the wrong socket notices that it is blind and says so") {
  TmuxServer seen;
  TmuxServer used;
  seen.start();
  Standin standin(used);
  Gate gate(Gate::in_front_of(standin.port(), seen.socket()));
  for (int i = 0; i < 3; ++i) {
    CHECK(ask(gate.port(), http_request("POST", kTerminal, "{}")).status == 201);
  }
  const HttpAnswer refused = ask(gate.port(), http_request("POST", kTerminal, "{}"));
  CHECK(refused.status == 503);
  CHECK(says(refused, "\"fault\":\"blind\""));
  CHECK(gate.metric("taskgate_signal_state{state=\"blind\"}") == 1);
  CHECK_FALSE(gate.metric("taskgate_sessions_live"));
  gate.process().wait_for_line(R"("level":"error","event":"signal","state":"blind")");
  seen.new_session("anything");
  eventually("a sign of life on the socket clears it",
             [&] { return gate.metric("taskgate_signal_state{state=\"known\"}") == 1; });
}

TEST_CASE("creates whose tmux failed are no evidence of blindness") {
  TempDir dir;
  TmuxServer seen;
  seen.start();
  Standin standin(dir / std::string(120, 'x'));  // a path too long for tmux: 201 with an error
  Gate gate(Gate::in_front_of(standin.port(), seen.socket()));
  for (int i = 0; i < 6; ++i) {
    const HttpAnswer answer = ask(gate.port(), http_request("POST", kTerminal, "{}"));
    CHECK(answer.status == 201);
    CHECK(says(answer, "\"status\": \"error\""));
  }
}

// A gate that took them for proof would shut itself before an upstream that compresses.
TEST_CASE("creates whose answers are coded are no evidence of blindness") {
  TmuxServer seen;
  TmuxServer other;
  seen.start();
  other.start();
  ScriptedUpstream upstream([](RawConnection& connection) {
    connection.read_until("\r\n\r\n{}");
    connection.send(
        "HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bxx");
  });
  Gate gate(Gate::in_front_of(upstream.port(), seen.socket()));
  for (int i = 0; i < 6; ++i) {
    CHECK(ask(gate.port(), http_request("POST", kTerminal, "{}")).status == 201);
  }
}

// Every later create was refused for ever: no sign of life can come through a shut gate.
TEST_CASE("creates that start nothing are no evidence where no other tmux listens") {
  const bool is_empty = GENERATE(true, false);
  TmuxServer tmux;
  Standin standin(tmux);
  if (!is_empty) tmux.new_session("claude-x");
  Gate gate(Gate::in_front_of(standin.port(), tmux.socket()));
  for (int i = 0; i < 6; ++i) {
    // Its program ends at once, and its session with it.
    CHECK(ask(gate.port(), http_request("POST", kTerminal, "{}")).status == 201);
    const auto names = tmux.list();
    for (const auto& name : names) {
      if (name.starts_with("kube-coder-")) tmux.kill_session(name);
    }
  }
  CHECK(gate.metric("taskgate_signal_state{state=\"known\"}") == 1);
}

TEST_CASE("names that the pattern does not take are reported as a wrong match") {
  TmuxServer tmux;
  tmux.start();
  Standin standin(tmux);
  Gate::Settings settings = Gate::in_front_of(standin.port(), tmux.socket());
  settings["tmux.match"] = "other-*";
  Gate gate(settings);
  for (int i = 0; i < 5; ++i) ask(gate.port(), http_request("POST", kTerminal, "{}"));
  gate.process().wait_for_line(R"("level":"error","event":"match_wrong")");
}

TEST_CASE("a killed tmux server is zero sessions, and creates start it anew") {
  GatedWorld world(Gate::Settings{{"limit", "2"}});
  world.fill(2);
  CHECK(world.create().status == 429);
  world.tmux.kill_server();
  CHECK(world.create().status == 201);
  CHECK(world.tmux.count() == 1);
}

// It was held for tmux.hold, and creates passed a limit that was reached.
TEST_CASE("a reload to other session names does not go on with the count of those before") {
  TmuxServer tmux;
  tmux.new_session("kube-coder-a");
  ScriptedUpstream upstream(answer_with("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"));
  TempDir dir;
  const auto write = [&](const std::string& name, const std::string& match) {
    return dir.write(name, "limit: 1\ntmux: {match: " + match + ", timeout: 100ms}\n");
  };
  const std::string file = write("config.yaml", "other-*");
  Gate gate(Gate::in_front_of(upstream.port(), tmux.socket()), {"--config", file});
  const auto create = [&] { return ask(gate.port(), http_request("POST", kTerminal, "{}")); };
  REQUIRE(gate.metric("taskgate_sessions_live") == 0);
  tmux.stop();
  std::filesystem::rename(write("next.yaml", "kube-coder-*"), file);
  gate.process().signal(SIGHUP);
  gate.process().wait_for_line(R"("event":"config_reloaded")");
  CHECK(create().status == 503);
  tmux.resume();
  eventually("the count is known",
             [&] { return gate.metric("taskgate_signal_state{state=\"known\"}") == 1; });
  CHECK(gate.metric("taskgate_sessions_live") == 1);
  CHECK(create().status == 429);
  CHECK(upstream.connections() == 0);
}
