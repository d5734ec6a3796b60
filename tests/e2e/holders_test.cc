// Why the slots are full: what people are told of each session, of a real tmux.
#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/run.h"
#include "support/text.h"

using namespace taskgate::test;

namespace {

// What /status tells of one session, from its name to the end of its object.
std::string holder(const Gate& gate, const std::string& name) {
  const std::string body = gate.admin("/status").body;
  const auto at = body.find("{\"name\":\"" + name + "\"");
  return at == std::string::npos ? "" : body.substr(at, body.find('}', at) - at);
}

void shows(const Gate& gate, const std::string& name, const std::string& part) {
  eventually(name + " shows " + part, [&] { return has(holder(gate, name), part); });
}

std::string on_terminal(const Gate& gate) {
  const Gate::Settings admin{{"admin", "127.0.0.1:" + std::to_string(gate.admin_port())}};
  return run({gate_binary(), "status"}, gate_environment(admin)).out;
}

std::string sessions_command(const TmuxServer& tmux) {
  return run({gate_binary(), "sessions"}, gate_environment({{"tmux.socket", tmux.socket()}})).out;
}

}  // namespace

TEST_CASE("a session whose program has ended holds its slot, and is shown as ended") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  world.tmux.start();
  world.tmux.tmux({"set", "-g", "remain-on-exit", "on"});
  world.tmux.new_session("kube-coder-a", "true");
  shows(*world.gate, "kube-coder-a", "\"ended\":true");
  CHECK(world.create().status == 429);
  CHECK(world.metric("taskgate_sessions_live") == 1);
  CHECK(world.metric("taskgate_sessions_ended") == 1);
  CHECK(has(on_terminal(*world.gate), "1 session, 1 ended"));
  CHECK(says(world.gate->admin("/"), "1 session, 1 ended"));
  CHECK(has(sessions_command(world.tmux), "kube-coder-a  ended\n"));
}

TEST_CASE("a second view of a session counts, and is shown as one") {
  GatedWorld world(Gate::Settings{{"limit", "2"}});
  world.tmux.new_session("kube-coder-a");
  world.tmux.tmux({"new-session", "-d", "-t", "kube-coder-a", "-s", "kube-coder-b"});
  shows(*world.gate, "kube-coder-b", "\"view_of\":\"kube-coder-a\"");
  CHECK(has(holder(*world.gate, "kube-coder-a"), "\"ended\":false,\"view_of\":null"));
  CHECK(world.create().status == 429);
  CHECK(world.metric("taskgate_sessions_ended") == 0);
  CHECK(has(on_terminal(*world.gate), "second view of kube-coder-a"));
  CHECK(says(world.gate->admin("/"), "second view of a<"));
  CHECK(has(sessions_command(world.tmux), "kube-coder-b  second view of kube-coder-a\n"));
  // Left alone it is one no more.
  world.tmux.kill_session("kube-coder-a");
  shows(*world.gate, "kube-coder-b", "\"view_of\":null");
}

TEST_CASE("a session that a client shows is attached until the client leaves") {
  GatedWorld world;
  world.tmux.new_session("kube-coder-a");
  shows(*world.gate, "kube-coder-a", "\"attached\":false");
  CHECK(world.metric("taskgate_sessions_attached") == 0);
  TmuxServer terminal;
  terminal.new_session("terminal", "env -u TMUX tmux -S " + world.tmux.socket() + " attach");
  shows(*world.gate, "kube-coder-a", "\"attached\":true");
  eventually("the gauge", [&] { return world.metric("taskgate_sessions_attached") == 1; });
  CHECK(has(on_terminal(*world.gate), "attached"));
  CHECK(has(sessions_command(world.tmux), "kube-coder-a  attached\n"));
  terminal.kill_session("terminal");
  shows(*world.gate, "kube-coder-a", "\"attached\":false");
}

TEST_CASE("the time since when a session is silent moves with what it prints") {
  GatedWorld world;
  world.tmux.new_session("kube-coder-a", "cat");
  shows(*world.gate, "kube-coder-a", "\"silent_since\":\"");
  const auto since = [&] {
    const std::string shown = holder(*world.gate, "kube-coder-a");
    return shown.substr(shown.find("\"silent_since\":"), 42);
  };
  const std::string before = since();
  eventually("the time has moved", [&] {
    world.tmux.tmux({"send-keys", "-t", "kube-coder-a", "x", "Enter"});
    return since() != before;
  });
  CHECK(world.metric("taskgate_sessions_idle") == 0);
}

TEST_CASE("creates are decided on the short request while somebody looks all the time") {
  GatedWorld world(Gate::Settings{{"limit", "3"}});
  world.fill(3);
  for (int i = 0; i < 20; ++i) {
    CHECK(world.create().status == 429);
    CHECK(says(world.gate->admin("/status"), "\"live\":3,\"limit\":3,"));
  }
}
