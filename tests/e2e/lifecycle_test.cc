// The gate as a process: reload, drain, faults around it, and its other commands.
#include <csignal>
#include <filesystem>

#include "e2e/configured_world.h"
#include "support/catch.h"
#include "support/loopback.h"
#include "support/run.h"

using namespace taskgate::test;

namespace {

RunResult taskgate_command(std::vector<std::string> words, const Gate::Settings& settings = {}) {
  words.insert(words.begin(), gate_binary());
  return run(words, gate_environment(settings));
}

Gate::Settings admin_of(const Gate& gate) {
  return {{"admin", "127.0.0.1:" + std::to_string(gate.admin_port())}};
}

}  // namespace

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

TEST_CASE("SIGTERM drains: not ready, creates refused, what is in flight finished, then the end") {
  GatedWorld world(Gate::Settings{{"drain.notice", "300ms"}, {"drain.timeout", "20s"}},
                   {"--answer-delay", "400"});
  RawClient in_flight(world.gate->port());
  in_flight.send(http_request("POST", kTerminal, "{}"));
  eventually("the create is on its way",
             [&] { return world.standin.stats().creates_received == 1; });
  RawClient idle(world.gate->port());
  idle.send(http_request("GET", "/livez"));
  CHECK(read_answer(idle).status == 200);
  world.gate->process().signal(SIGTERM);
  eventually("it is not ready", [&] { return world.gate->admin("/readyz").status == 503; });
  const HttpAnswer refused = world.create();
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
  CHECK(drained.out.find("taskgate resume takes it back\ndrained: nothing is in flight") !=
        std::string::npos);
  CHECK(world.gate->process().running());
  CHECK(world.gate->admin("/livez").status == 200);
  CHECK(says(world.gate->admin("/status"), "\"drained\":true"));
  world.gate->process().signal(SIGTERM);
  CHECK(world.gate->process().wait() == 0);
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
  CHECK(world.metric("taskgate_reservations_abandoned_total") == 1);
  CHECK(world.create().status == 429);  // still promised
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

TEST_CASE(
    "check prints the effective configuration, or says what is wrong and where, with exit code "
    "64") {
  TempDir dir;
  const RunResult good =
      taskgate_command({"check", "--config", dir.write("good.yaml", "limit: 5\n")});
  CHECK(good.status == 0);
  CHECK(good.out.starts_with("# configuration file: " + (dir / "good.yaml") + "\n"));
  CHECK(good.out.find("\nlimit: 5  # " + (dir / "good.yaml") + ":1:8\n") != std::string::npos);
  const std::string file = dir.write("bad.yaml", "limit: 5\ntmux:\n  on_unknown: maybe\n");
  const RunResult bad = taskgate_command({"check", "--config", file});
  CHECK(bad.status == 64);
  CHECK(bad.err.find(file + ":3:15: tmux.on_unknown: ") == 0);
  CHECK(taskgate_command({"run", "--config", file}).status == 64);
}

TEST_CASE("sessions lists what counts, and fails with the reason when it cannot") {
  GatedWorld world;
  world.tmux.new_session("kube-coder-a");
  world.tmux.new_session("other");
  const RunResult listed = taskgate_command({"sessions"}, {{"tmux.socket", world.tmux.socket()}});
  CHECK(listed.status == 0);
  CHECK(listed.out.find("yes") != std::string::npos);
  CHECK(listed.out.find("1 live of 12 allowed\n") != std::string::npos);
  const RunResult unknown = taskgate_command({"sessions"}, {{"tmux.socket", "/dev/null"}});
  CHECK(unknown.status == 1);
  CHECK(unknown.err.find("unknown (not_a_socket)") == 0);
}

TEST_CASE("sessions that finds nothing says which sockets and patterns it asked") {
  GatedWorld world;
  world.tmux.new_session("other");
  const RunResult listed = taskgate_command(
      {"sessions"}, {{"tmux.socket", world.tmux.socket()}, {"tmux.match", "a-*,b-*"}});
  CHECK(listed.status == 0);
  CHECK(listed.out.find("0 live of 12 allowed\n") != std::string::npos);
  CHECK(listed.out.find("asked: " + world.tmux.socket() + " (tmux.socket)\n") != std::string::npos);
  CHECK(listed.out.find("counts: a-*, b-* (tmux.match)\n") != std::string::npos);
}

TEST_CASE("explain says which rule takes a request") {
  const RunResult gated = taskgate_command({"explain", "POST", "/oauth/api/claude/tasks"});
  CHECK(gated.status == 0);
  CHECK(gated.out.find("task") != std::string::npos);
  CHECK(taskgate_command({"explain", "POST"}).status == 64);
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

TEST_CASE("version, help and unknown commands") {
  CHECK(taskgate_command({"--version"}).out.find("taskgate ") == 0);
  CHECK(taskgate_command({"--help"}).out.find("Usage: taskgate") != std::string::npos);
  const RunResult unknown = taskgate_command({"dance"});
  CHECK(unknown.status == 64);
  CHECK(unknown.err == "taskgate: unknown command 'dance'; see taskgate --help\n");
}

TEST_CASE("a command that finds no gate says whom it asked, and what to check") {
  const ClosedPort closed;
  const std::string admin = "127.0.0.1:" + std::to_string(closed.port());
  for (const char* word : {"status", "drain", "resume"}) {
    const RunResult alone = taskgate_command({word}, {{"admin", admin}});
    CHECK(alone.status == 1);
    CHECK(alone.err.starts_with("taskgate: http://" + admin + "/status: Connection refused\n"));
    CHECK(alone.err.find("--admin") != std::string::npos);
  }
}

TEST_CASE("each command has its own help") {
  for (const std::string word :
       {"run", "check", "sessions", "status", "explain", "verify", "prepare", "drain", "resume"}) {
    CAPTURE(word);
    const RunResult help = taskgate_command({word, "--help"});
    CHECK(help.status == 0);
    CHECK(help.out.starts_with("taskgate " + word + ": "));
    CHECK(help.out.find("Usage: taskgate") != std::string::npos);
    CHECK(help.out.find("Example: ") != std::string::npos);
    CHECK(taskgate_command({"help", word}).out == help.out);
    CHECK(taskgate_command({"--help"}).out.find("\n  " + word) != std::string::npos);
  }
}
