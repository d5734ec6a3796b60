// A wall clock that jumps, as on a resumed or badly synchronised node: nothing that the gate
// decides hangs on it.
#include <fstream>

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

constexpr std::int64_t kFortyYears = std::int64_t{40} * 365 * 86400;
const std::string kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";

// The wall clock of a gate that is started through wrapper() (shifted_clock.cc).
class WallClock {
 public:
  WallClock() { jump_to(0); }
  Gate::Words wrapper() const {
    return {"env", "LD_PRELOAD=" SHIFTED_CLOCK_LIBRARY, "SHIFTED_CLOCK=" + file_};
  }
  // So many seconds from the true time. Written in place: the gate has the file mapped.
  void jump_to(std::int64_t seconds) {
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    if (!file) file.open(file_, std::ios::out | std::ios::binary);
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
  }

 private:
  TempDir dir_;
  std::string file_ = dir_ / "shift";
};

int year_of_last_line(Gate& gate) {
  const std::string lines = gate.process().output();
  const auto begin = lines.rfind("{\"time\":\"");
  return std::stoi(lines.substr(begin + 9, 4));
}

TEST_CASE("a wall clock that jumps by decades moves no time limit, no hold and no wait") {
  Flag arrived;
  Flag go_on;
  ScriptedUpstream upstream([&](RawConnection& connection) {
    const HttpRequest request = read_request(connection);
    if (request.target == "/now") return connection.send(kNoContent);
    arrived.set();
    go_on.wait("the test lets the upstream answer");
    connection.send(kCreated);
  });
  TmuxServer tmux;
  tmux.start();
  WallClock wall;
  Gate::Settings settings = Gate::in_front_of(upstream.port(), tmux.socket());
  settings.insert({{"limit", "1"},
                   {"admission.wait", "1m"},
                   {"tmux.hold", "10m"},
                   {"timeouts.head", "10m"},
                   {"timeouts.body", "100ms"},
                   {"timeouts.create", "10m"},
                   {"log.access", "all"}});
  Gate gate(settings, {}, wall.wrapper());
  const int year = year_of_last_line(gate);

  RawClient first(gate.port());
  first.send(http_request("POST", kCreate, "{}"));
  arrived.wait("the only slot is promised");
  RawClient second(gate.port());
  second.send(http_request("POST", kCreate, "{}"));
  RawClient half(gate.port());
  half.send("GET /now HTTP/1.1\r\n");
  tmux.stop();
  eventually("the last good count is used",
             [&] { return gate.metric(R"(taskgate_signal_state{state="held"})") == 1; });

  for (const std::int64_t jump : {kFortyYears, -kFortyYears, std::int64_t{0}}) {
    INFO("the wall clock is off by " << jump << " s");
    wall.jump_to(jump);
    CHECK(ask(gate.port(), http_request("GET", "/now")).status == 204);
    eventually("the log shows the jump", [&] {
      return std::abs(year_of_last_line(gate) - year - jump / (365 * 86400)) <= 1;
    });
    CHECK(gate.metric(R"(taskgate_signal_state{state="held"})") == 1);
    CHECK(gate.metric("taskgate_signal_age_seconds") < 600);
    CHECK(gate.metric("taskgate_creates_waiting") == 1);
    CHECK_FALSE(half.peer_closed(Duration::zero()));
    // And limits still run out.
    CHECK(ask(gate.port(), "POST " + kCreate + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{")
              .status == 408);
  }
  half.send("Host: h\r\n\r\n");
  CHECK(read_answer(half).status == 204);
  tmux.resume();
  go_on.set();
  CHECK(read_answer(first).status == 201);
  CHECK(read_answer(second).status == 201);
}

}  // namespace
}  // namespace taskgate::test
