// Standard output that takes nothing: logging must neither stop the data plane nor end the gate.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/load.h"

namespace taskgate::test {
namespace {

// A gate that logs every request to `out`, in front of the stand-in.
struct LoggingWorld {
  explicit LoggingWorld(const Fd& out) : standin(tmux), gate(settings(), out) {}

  Gate::Settings settings() const {
    Gate::Settings all = Gate::in_front_of(standin.port(), tmux.socket());
    all.insert({{"log.access", "all"}, {"limit", "1"}});
    return all;
  }
  double dropped() const { return gate.metric("taskgate_log_lines_dropped_total").value_or(-1); }

  TmuxServer tmux;
  Standin standin;
  Gate gate;
};

// Everything works while line after line is lost.
void check_that_all_works(LoggingWorld& world) {
  Load reads(world.gate.port(), http_request("GET", "/livez"));
  eventually("lines are dropped", [&] { return world.dropped() >= 100; });
  const std::string create = http_request("POST", kTerminal, "{}");
  CHECK(ask(world.gate.port(), create).status == 201);
  CHECK(ask(world.gate.port(), create).status == 429);
  CHECK(world.gate.is_ready());
  CHECK(reads.stop().all(200));
}

void check_that_it_ends_in_order(LoggingWorld& world) {
  world.gate.process().signal(SIGTERM);
  CHECK(world.gate.process().wait() == 0);
}

TEST_CASE("a full disk behind standard output costs lines, which are counted, and nothing else") {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  LoggingWorld world(full);
  check_that_all_works(world);
  check_that_it_ends_in_order(world);
}

TEST_CASE("a reader of standard output that goes away does not end the gate") {
  Pipe pipe = make_pipe();
  LoggingWorld world(pipe.write);
  pipe.read.close();
  check_that_all_works(world);
  check_that_it_ends_in_order(world);
}

// What is in the pipe now.
std::string take_all(const Fd& pipe) {
  std::string lines;
  std::array<char, 65536> piece;
  for (ssize_t got = 0; (got = ::read(pipe.get(), piece.data(), piece.size())) > 0;) {
    lines.append(piece.data(), static_cast<std::size_t>(got));
  }
  return lines;
}

TEST_CASE("a pipe that nobody reads blocks nobody, and the next line that fits tells the loss") {
  Pipe pipe = make_pipe();
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  LoggingWorld world(pipe.write);
  check_that_all_works(world);
  const double dropped = world.dropped();
  const std::string before = take_all(pipe.read);  // the reader comes back
  CHECK(before.ends_with("}\n"));                  // no line was cut in two
  CHECK(before.find("dropped_lines") == std::string::npos);
  std::string after;
  ask(world.gate.port(), http_request("GET", "/livez"));
  eventually("a line is written", [&] { return (after += take_all(pipe.read)).ends_with("}\n"); });
  CHECK(std::stod(capture(after, R"("dropped_lines":(\d+))")) >= dropped);
  check_that_it_ends_in_order(world);
}

}  // namespace
}  // namespace taskgate::test
