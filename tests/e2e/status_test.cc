// What people look at: `taskgate status`, once and followed, and the stream that it follows.
#include <algorithm>
#include <csignal>
#include <filesystem>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/run.h"
#include "support/scripted_upstream.h"
#include "support/temp_dir.h"
#include "support/text.h"

using namespace taskgate::test;

namespace {

RunResult taskgate_status(const Gate& gate, const std::string& flag = "") {
  std::vector<std::string> words{gate_binary(), "status"};
  if (!flag.empty()) words.push_back(flag);
  return run(words, gate_environment(admin_of(gate)));
}

// A terminal in which somebody types: a pane of a tmux server of its own.
class Terminal {
 public:
  Terminal() { tmux_.new_session("terminal", "env PS1='$ ' sh"); }

  void type(const std::string& line) const {
    tmux_.tmux({"send-keys", "-t", "terminal", line, "Enter"});
  }
  void press(const std::string& key) const { tmux_.tmux({"send-keys", "-t", "terminal", key}); }
  std::string screen() const { return tmux_.tmux({"capture-pane", "-p", "-t", "terminal"}).out; }
  // Colours included.
  std::string raw() const { return tmux_.tmux({"capture-pane", "-e", "-p", "-t", "terminal"}).out; }
  void shows(const std::string& text) const {
    eventually("the terminal shows \"" + text + "\"", [&] { return has(screen(), text); });
  }

 private:
  TmuxServer tmux_;
};

std::string watch_command(const Gate& gate, const std::string& variables = "") {
  return variables + " TASKGATE_ADMIN=127.0.0.1:" + std::to_string(gate.admin_port()) + " '" +
         gate_binary() + "' status --watch; echo ended with $?";
}

}  // namespace

TEST_CASE("status says so of a gate of another build, whose members it may not know") {
  const std::string answer = R"({"live":1,"limit":2,"version":"0.0.9","revision":"abc"})";
  const ScriptedUpstream older(answer_with(
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer.size()) + "\r\n\r\n" + answer));
  const RunResult shown =
      run({gate_binary(), "status", "--admin", "127.0.0.1:" + std::to_string(older.port())},
          gate_environment({}));
  CHECK(shown.status == 0);
  CHECK(has(shown.out, "1 / 2"));
  CHECK(shown.err.starts_with("taskgate: the gate is 0.0.9 (abc) and this command "));
}

TEST_CASE("status shows the running gate to people and as JSON to scripts") {
  GatedWorld world(Gate::Settings{{"limit", "4"}});
  world.fill(1);
  // A status may stand on a listing that is up to a second old.
  eventually("the session is seen", [&] { return world.metric("taskgate_sessions_live") == 1; });
  const RunResult shown = taskgate_status(*world.gate);
  CHECK(shown.status == 0);
  CHECK(has(shown.out, " OPEN   1 / 4  [#...]  3 free\n"));
  CHECK(has(shown.out, "1 admitted, 0 refused\n"));
  CHECK(shown.err.empty());
  CHECK_FALSE(has(shown.out, "\x1b"));
  const RunResult json = taskgate_status(*world.gate, "--json");
  CHECK(has(json.out, "{\"live\":1,"));
  world.gate->process().signal(SIGKILL);
  world.gate->process().wait();
  CHECK(taskgate_status(*world.gate).status == 1);
}

TEST_CASE("an upstream that is down is an alarm beside the state of the gate") {
  TmuxServer tmux;
  const ClosedPort nobody;
  const Gate gate(Gate::in_front_of(nobody.port(), tmux.socket()));
  const auto check_that = [&](const char* path, const char* text) {
    const HttpAnswer answer = gate.admin(path);
    INFO(path << " answers " << answer.status << ": " << answer.body);
    CHECK(has(answer.body, text));
  };
  check_that("/status", "\"state\":\"unused\",\"last_failure\":null,");
  CHECK(ask(gate.port(), http_request("GET", "/api/events")).status == 502);
  const RunResult shown = taskgate_status(gate);
  INFO(shown.out << shown.err);
  CHECK(has(shown.out, " OPEN "));
  CHECK(has(shown.out, "!! The upstream does not answer: connect_refused\n"));
  check_that("/", "The upstream does not answer: connect_refused");
  check_that("/status", "\"state\":\"failing\",\"last_failure\":{\"when\":");
  check_that("/status", "\"failures_last_minute\":1,\"connects_waiting\":0}");
}

TEST_CASE(
    "an upstream answers from the head of its answer on, and not at the end of an old stream") {
  GatedWorld world(Gate::Settings{{"timeouts.response", "500ms"}});
  const auto is = [&](const std::string& state) {
    return has(world.gate->admin("/status").body, R"("state":")" + state + R"(","last_failure")");
  };
  const auto streams = [&] { return world.metric(R"(taskgate_connections{kind="stream"})"); };
  RawClient old(world.gate->port());
  begin_stream(old);
  CHECK(is("ok"));
  world.standin.process().signal(SIGSTOP);
  CHECK(world.ask("GET", "/livez").status == 504);
  old.close();
  eventually("the stream has ended", [&] { return streams() == 0; });
  CHECK(is("failing"));
  world.standin.process().signal(SIGCONT);
  RawClient next(world.gate->port());
  begin_stream(next);
  CHECK(is("ok"));
}

TEST_CASE("after a reload to another upstream nothing is said of it before it was asked") {
  TmuxServer tmux;
  const ClosedPort nobody;
  const ClosedPort next;
  TempDir dir;
  const auto write = [&](const std::string& name, const ClosedPort& port) {
    return dir.write(name, "upstream: 127.0.0.1:" + std::to_string(port.port()) + "\n");
  };
  const std::string file = write("config.yaml", nobody);
  Gate gate({{"tmux.socket", tmux.socket()}}, {"--config", file});
  CHECK(ask(gate.port(), http_request("GET", "/api/events")).status == 502);
  CHECK(has(gate.admin("/status").body, "\"state\":\"failing\""));
  std::filesystem::rename(write("next.yaml", next), file);
  gate.process().signal(SIGHUP);
  gate.process().wait_for_line(R"("event":"config_reloaded")");
  CHECK(has(gate.admin("/status").body, "\"state\":\"unused\",\"last_failure\":null,"));
}

TEST_CASE("a gate that is drained has no free slot to show") {
  GatedWorld world(Gate::Settings{{"limit", "4"}, {"drain.notice", "0s"}});
  CHECK(has(world.gate->admin("/status").body, "\"slots_free\":4,"));
  world.gate->process().signal(SIGUSR1);
  eventually("the gate is drained",
             [&] { return has(world.gate->admin("/status").body, "\"drained\":true"); });
  CHECK(has(world.gate->admin("/status").body, "\"slots_free\":0,"));
  CHECK(world.metric("taskgate_slots_free") == 0);
  CHECK(has(taskgate_status(*world.gate).out, "0 / 4  [----]  no slot free while it drains\n"));
}

TEST_CASE("status --watch follows the gate in a terminal and redraws in place") {
  GatedWorld world(
      Gate::Settings{{"limit", "2"}, {"tmux.timeout", "200ms"}, {"tmux.hold", "200ms"}});
  world.tmux.start();
  Terminal terminal;
  terminal.type(watch_command(*world.gate));
  terminal.shows(" OPEN   0 / 2  [..]  2 free");
  world.fill(2);
  CHECK(world.create().status == 429);  // by a listing, which the stream would have in some seconds
  terminal.shows(" FULL   2 / 2  [##]  no slot free");
  terminal.shows(" ago  terminal  no free slot  2 of 2");
  // In place: the state stands there once, from the first line on.
  CHECK(terminal.screen().starts_with("taskgate "));
  CHECK_FALSE(has(terminal.screen(), "0 / 2"));
  CHECK(has(terminal.raw(), "\x1b[1m\x1b[33m FULL "));
  world.tmux.stop();
  eventually("a create is refused", [&] { return world.create().status == 503; });
  terminal.shows("!! The sessions cannot be counted: timeout");
  world.tmux.resume();
  terminal.shows(" FULL ");
  terminal.press("C-c");
  terminal.shows("ended with 0");
  // The terminal is as it was: what is typed stands there.
  terminal.type("echo and $((1 + 1)) more");
  terminal.shows("and 2 more");
}

TEST_CASE("status --watch without colours has none") {
  GatedWorld world;
  world.tmux.start();  // else the terminal's server could be the upstream's
  Terminal terminal;
  terminal.type("clear; " + watch_command(*world.gate, "NO_COLOR=1"));
  terminal.shows(" OPEN   0 / 12");
  CHECK_FALSE(has(terminal.raw(), "\x1b["));
  terminal.press("C-c");
  terminal.shows("ended with 0");
}

TEST_CASE("status --watch writes lines where the terminal can do nothing else") {
  GatedWorld world;
  world.tmux.start();  // else the terminal's server could be the upstream's
  Terminal terminal;
  terminal.type("clear; " + watch_command(*world.gate, "TERM=dumb"));
  terminal.shows("Z open: 0 / 12, 12 free");
  CHECK_FALSE(has(terminal.raw(), "\x1b["));
  terminal.press("C-c");
  terminal.shows("ended with 0");
}

TEST_CASE("status --watch ends with a clear word when the gate ends") {
  GatedWorld world(Gate::Settings{{"drain.notice", "300ms"}});
  world.tmux.start();  // else the terminal's server could be the upstream's
  Terminal terminal;
  terminal.type(watch_command(*world.gate));
  terminal.shows(" OPEN ");
  world.gate->process().signal(SIGTERM);
  terminal.shows("the stream is over: the gate has ended, or the connection to it was cut");
  terminal.shows("ended with 1");
}

TEST_CASE("status --watch writes lines where there is no terminal, one for each change") {
  GatedWorld world(Gate::Settings{{"limit", "2"}});
  Process watch({gate_binary(), "status", "--watch"}, gate_environment(admin_of(*world.gate)));
  watch.wait_for_line("^[-0-9]+T[:.0-9]+Z open: 0 / 2, 2 free$");
  world.fill(2);
  CHECK(world.create().status == 429);
  watch.wait_for_line("Z full: 2 / 2, no slot free$");
  watch.signal(SIGINT);
  CHECK(watch.wait() == 0);
  CHECK_FALSE(has(watch.output(), "\x1b"));
}

TEST_CASE("status --watch --json writes a document a line") {
  GatedWorld world(Gate::Settings{{"limit", "2"}});
  Process watch({gate_binary(), "status", "--watch", "--json"},
                gate_environment(admin_of(*world.gate)));
  watch.wait_for_line(R"(^\{"live":0,"limit":2,.*\}$)");
  world.fill(1);
  watch.wait_for_line(R"(^\{"live":1,"limit":2,.*\}$)");
}

TEST_CASE("status --watch ends when what it shows cannot be written") {
  const GatedWorld world;
  const std::string json = GENERATE("", " --json");
  const RunResult full = run(
      {"sh", "-c", "exec timeout 10 \"$0\" status --watch" + json + " >/dev/full", gate_binary()},
      gate_environment(admin_of(*world.gate)));
  CHECK(full.status == 1);
  CHECK(full.err == "taskgate: standard output: No space left on device\n");
}

TEST_CASE("the history has what was learned, and the stream shows it") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  world.fill(1);
  CHECK(world.create().status == 429);
  // An exchange is recorded when it has ended, a little after its client has the answer.
  eventually("both creates are counted", [&] {
    return has(world.gate->admin("/status").body,
               "\"last_minute\":{\"requests\":2,\"admitted\":1,\"refused\":1,");
  });
  RawClient client(world.gate->admin_port());
  client.send(http_request("GET", "/events"));
  client.read_until("event: status\n");
  CHECK(has(client.read_until("\n\n"), "\"history\":{\"step_seconds\":5,"));
}

TEST_CASE("nobody who watches costs no listing, and one who does costs few") {
  GatedWorld world;
  world.tmux.start();
  world.create();
  const auto listings = [&] {
    // Asks for one itself, unless the last is younger than a second.
    return world.metric("taskgate_session_listings_total{result=\"known\"}");
  };
  const double before = listings();
  RawClient client(world.gate->admin_port());
  client.send(http_request("GET", "/events"));
  // The second one comes five seconds later, when nothing changes.
  for (int i = 0; i < 2; ++i) client.read_until("event: status\n");
  // One that the create may still have been owed, one for the stream, and one for the scrape that
  // asks here; a listing a second would be twice as many.
  CHECK(listings() - before <= 3);
}
