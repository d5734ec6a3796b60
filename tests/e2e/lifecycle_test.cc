// The gate as a process: reload, drain, faults around it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>

#include "e2e/configured_world.h"
#include "support/catch.h"
#include "support/loopback.h"
#include "support/run.h"
#include "support/scripted_upstream.h"
#include "support/text.h"

using namespace taskgate::test;

TEST_CASE("SIGHUP moves the limit both ways and drops no connection") {
  ConfiguredWorld c("limit: 1\n");
  RawClient stream(c.world.gate->port());
  stream.send(http_request("GET", "/api/events"));
  stream.read_until("event: ready");
  c.world.fill(1);
  CHECK(c.world.create().status == 429);
  c.rewrite("limit: 3\n");
  c.world.gate->process().signal(SIGHUP);
  eventually("the limit is 3", [&] { return c.world.metric("taskgate_sessions_limit") == 3; });
  CHECK(c.world.create().status == 201);  // the stream hears of it on the old connection
  stream.read_until("task.created");
  c.rewrite("limit: 1\n");
  c.world.gate->process().signal(SIGHUP);
  eventually("the limit is 1", [&] { return c.world.metric("taskgate_sessions_limit") == 1; });
  CHECK(c.world.create().status == 429);
  CHECK(c.world.tmux.count() == 2);  // an excess drains by itself
}

TEST_CASE("a broken configuration is refused as a whole and the last good one stays") {
  ConfiguredWorld c("limit: 1\n");
  c.rewrite("limit: many\nlog:\n  level: debug\n");
  c.world.gate->process().signal(SIGHUP);
  c.world.gate->process().wait_for_line(R"("event":"config_reload_failed".*limit)");
  CHECK(c.world.metric("taskgate_config_last_reload_success") == 0);
  CHECK(c.world.metric("taskgate_sessions_limit") == 1);
  c.rewrite("limit: 2\n");
  c.world.gate->process().signal(SIGHUP);
  eventually("it is mended",
             [&] { return c.world.metric("taskgate_config_last_reload_success") == 1; });
  CHECK(c.world.metric("taskgate_sessions_limit") == 2);
}

// The loop, and with it all traffic, would stand still for as long as the pipe's writer liked.
TEST_CASE("a reload does not wait for what is written into a pipe") {
  ConfiguredWorld c("limit: 1\n");
  REQUIRE(::mkfifo((c.dir / "pipe").c_str(), 0600) == 0);
  const Fd writer(::open((c.dir / "pipe").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::write(writer.get(), "limit: ", 7) == 7);
  std::filesystem::rename(c.dir / "pipe", c.file);
  c.world.gate->process().signal(SIGHUP);
  c.world.gate->process().wait_for_line(
      R"("event":"config_reload_failed".*is a pipe out of which nothing, or no end, came)",
      std::chrono::seconds(5));
  CHECK(c.world.metric("taskgate_sessions_limit") == 1);
}

TEST_CASE("a change of the file is noticed without a signal, through a swapped symlink too") {
  TempDir dir;
  dir.write("v1/config.yaml", "limit: 1\n");
  dir.write("v2/config.yaml", "limit: 7\n");
  std::filesystem::create_directory_symlink(dir / "v1", dir / "..data");
  std::filesystem::create_symlink(dir / "..data/config.yaml", dir / "config.yaml");
  GatedWorld world({}, {}, {"--config", dir / "config.yaml"});
  CHECK(world.metric("taskgate_sessions_limit") == 1);
  std::filesystem::create_directory_symlink(dir / "v2", dir / "..data_tmp");
  std::filesystem::rename(dir / "..data_tmp", dir / "..data");
  eventually("the limit is 7", [&] { return world.metric("taskgate_sessions_limit") == 7; });
}

TEST_CASE("own routes come with a reload") {
  ConfiguredWorld c("limit: 0\n");
  CHECK(c.world.ask("POST", "/api/files/upload", "x").status != 429);
  c.rewrite("limit: 0\nroutes:\n  rules:\n    - name: uploads\n      path: /api/files/upload\n");
  c.world.gate->process().signal(SIGHUP);
  eventually("the new route is gated",
             [&] { return c.world.ask("POST", "/api/files/upload?x=1", "x").status == 429; });
}

// What stands before the gate keeps its connections for long.
TEST_CASE("a reload reaches the requests of connections that are open") {
  const TmuxServer tmux;
  const TempDir dir;
  ScriptedUpstream upstream(answer_with("HTTP/1.1 204 No Content\r\n\r\n"));
  const auto file = dir.write("config.yaml", "limits: {head: 1KiB}\n");
  Gate gate(Gate::in_front_of(upstream.port(), tmux.socket()), {"--config", file});
  RawClient client(gate.port());
  auto arrives = [&, index = 0U](const std::string& more) mutable {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n" + more + "\r\n");
    CHECK(client.read_head().starts_with("HTTP/1.1 204 "));
    return upstream.received(index++);
  };
  const auto reload = [&](const std::string& yaml) {
    const auto before = gate.metric("taskgate_config_generation");
    dir.write("config.yaml", yaml);
    gate.process().signal(SIGHUP);
    eventually("the configuration is reloaded",
               [&] { return gate.metric("taskgate_config_generation") > before; });
  };
  CHECK_FALSE(has(arrives(""), "X-Forwarded-For"));
  reload("forwarded: true\nlimits: {head: 4KiB}\n");
  CHECK(has(arrives("A: " + std::string(2000, 'a') + "\r\n"), "X-Forwarded-For: 127.0.0.1"));
  reload("forwarded: false\nlimits: {head: 1KiB}\n");
  CHECK_FALSE(has(arrives(""), "X-Forwarded-For"));
  client.send("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(2000, 'a') + "\r\n\r\n");
  CHECK(client.read_head().starts_with("HTTP/1.1 431 "));
}

TEST_CASE("SIGTERM drains: not ready, creates refused, what is in flight finished, then the end") {
  GatedWorld world(Gate::Settings{{"drain.notice", "300ms"}, {"drain.timeout", "20s"}},
                   {"--answer-delay", "400"});
  RawClient late(world.gate->port());  // is let in, however soon the notice is over
  late.send("POST " + kTerminal + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{");
  RawClient in_flight(world.gate->port());
  in_flight.send(http_request("POST", kTerminal, "{}"));
  eventually("the create is on its way",
             [&] { return world.standin.stats().creates_received == 1; });
  RawClient idle(world.gate->port());
  idle.send(http_request("GET", "/livez"));
  CHECK(read_answer(idle).status == 200);
  world.gate->process().signal(SIGTERM);
  eventually("it is not ready", [&] { return world.gate->admin("/readyz").status == 503; });
  late.send("}");
  const HttpAnswer refused = read_answer(late);
  CHECK(refused.status == 503);
  CHECK(refused.field("Retry-After"));
  CHECK(refused.field("Connection") == "close");
  CHECK(read_answer(in_flight).status == 201);
  CHECK(idle.peer_closed());
  CHECK(world.gate->process().wait() == 0);
}

TEST_CASE("taskgate drain waits for the drain's end, and the process stays until SIGTERM") {
  GatedWorld world(Gate::Settings{{"drain.notice", "100ms"}, {"drain.timeout", "10s"}});
  const RunResult drained = taskgate_command({"drain"}, admin_of(*world.gate));
  CHECK(drained.err == "");
  CHECK(drained.status == 0);
  CHECK(has(drained.out, "taskgate resume takes it back\ndrained: nothing is in flight"));
  // The gate's times, which are flags of its process and none of the command's.
  CHECK(has(drained.out, "taken for 100ms more, and what is in flight has 10s in all\n"));
  const RunResult again = taskgate_command({"drain", "--no-wait"}, admin_of(*world.gate));
  CHECK(again.out == "the gate drains already\ntaskgate resume takes it back\n");
  CHECK(world.gate->process().running());
  CHECK(world.gate->admin("/livez").status == 200);
  CHECK(says(world.gate->admin("/status"), "\"drained\":true"));
  world.gate->process().signal(SIGTERM);
  CHECK(world.gate->process().wait() == 0);
}

// Whoever had broken the file could neither look at the gate nor drain it.
TEST_CASE("a file that became faulty keeps status, drain and resume from nothing") {
  const ConfiguredWorld c("drain: {notice: 0s}\n");
  const std::string admin = "127.0.0.1:" + std::to_string(c.world.gate->admin_port());
  c.rewrite("admin: " + admin + "\nlimt: 2\n");
  const std::string fault = ":2:1: limt: unknown key; did you mean limit?\n";
  for (const char* word : {"status", "drain", "resume"}) {
    CAPTURE(word);
    const RunResult done = taskgate_command({word, "--config", c.file});
    CHECK(done.status == 0);
    CHECK(done.err.ends_with(fault));
  }
}

TEST_CASE(
    "taskgate drain signals no other process than a gate that it may, and says where to run") {
  const std::string status =
      R"({"draining":false,"drained":false,"pid":)" + std::to_string(getpid()) + "}";
  const ScriptedUpstream admin(answer_with(
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(status.size()) + "\r\n\r\n" + status));
  const RunResult drained =
      taskgate_command({"drain"}, {{"admin", "127.0.0.1:" + std::to_string(admin.port())}});
  CHECK(drained.status == 1);
  CHECK(drained.out.empty());
  CHECK(has(drained.err, "run the command in the gate's container, as its user\n"));
}

// It said that the gate had ended, and a preStop hook was over in the middle of the drain.
TEST_CASE("taskgate drain does not take an admin port that does not answer for the gate's end") {
  const GatedWorld world(Gate::Settings{{"drain.notice", "0s"}});
  const std::string status = world.gate->admin("/status").body;
  std::atomic<int> asked = 0;
  const ScriptedUpstream admin([&](RawConnection& connection) {
    read_request(connection);
    if (++asked > 1) return;
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(status.size()) +
                    "\r\n\r\n" + status);
  });
  const RunResult drained =
      taskgate_command({"drain"}, {{"admin", "127.0.0.1:" + std::to_string(admin.port())},
                                   {"drain.notice", "0s"},
                                   {"drain.timeout", "0s"}});
  CHECK(asked > 1);
  CHECK(drained.err == "taskgate: the gate has not finished its drain in time\n");
  CHECK(drained.status == 1);
}

TEST_CASE(
    "an upstream killed in the middle of a create is a 502, and the slot is kept for its settle") {
  GatedWorld world(
      Gate::Settings{{"limit", "1"}, {"admission.settle", "400ms"}, {"admission.wait", "10ms"}},
      {"--create-delay", "60000"});
  RawClient client(world.gate->port());
  client.send(http_request("POST", kTerminal, "{}"));
  eventually("the create is on its way",
             [&] { return world.standin.stats().creates_received == 1; });
  world.standin.process().signal(SIGKILL);
  CHECK(read_answer(client).status == 502);
  CHECK(world.create().status == 429);  // still promised
  CHECK(world.metric("taskgate_reservations_abandoned_total") == 1);
  eventually("the slot is free again", [&] { return world.create().status == 502; });
  CHECK(world.metric("taskgate_upstream_errors_total{reason=\"connect_refused\"}") >= 1);
}

TEST_CASE("a gate killed and started again reads the truth from tmux") {
  GatedWorld world(Gate::Settings{{"limit", "2"}});
  world.fill(2);
  world.gate->process().signal(SIGKILL);
  world.gate->process().wait();
  Gate::Settings settings = Gate::in_front_of(world.standin.port(), world.tmux.socket());
  settings["limit"] = "2";
  world.gate = std::make_unique<Gate>(settings);
  CHECK(world.create().status == 429);
  CHECK(world.metric("taskgate_sessions_inherited") == 2);
}

TEST_CASE("a port that is taken is a clear error") {
  GatedWorld world;
  const RunResult taken =
      taskgate_command({"run"}, {{"listen", "127.0.0.1:" + std::to_string(world.gate->port())},
                                 {"admin", "127.0.0.1:0"},
                                 {"tmux.socket", world.tmux.socket()}});
  CHECK(taken.status == 1);
  CHECK(taken.err.find("cannot listen on 127.0.0.1:") != std::string::npos);
}
