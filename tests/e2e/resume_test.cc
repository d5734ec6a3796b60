// A drain that is taken back: before drain.notice is over, while what is in flight ends, and after
// it.
#include <csignal>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/failure.h"
#include "support/loopback.h"
#include "support/run.h"

namespace taskgate::test {
namespace {

const std::string kNever = "1h";

struct DrainWorld {
  explicit DrainWorld(const std::string& notice)
      : world(Gate::Settings{{"limit", "5"}, {"drain.notice", notice}, {"drain.timeout", kNever}}) {
  }

  // A SIGTERM would begin a drain of an hour.
  ~DrainWorld() {
    if (process().running()) process().signal(SIGKILL);
  }
  DrainWorld(const DrainWorld&) = delete;
  DrainWorld& operator=(const DrainWorld&) = delete;

  Process& process() const { return world.gate->process(); }
  RunResult command(const std::vector<std::string>& words) const {
    std::vector<std::string> argv{gate_binary()};
    argv.insert(argv.end(), words.begin(), words.end());
    return run(argv, gate_environment(
                         {{"admin", "127.0.0.1:" + std::to_string(world.gate->admin_port())}}));
  }
  bool takes_connections() const {
    try {
      RawClient newcomer(world.gate->port());
      return true;
    } catch (const Failure&) {
      return false;
    }
  }
  void drain() const {
    CHECK(command({"drain", "--no-wait"}).status == 0);
    eventually("it drains", [&] { return !world.gate->is_ready(); });
  }
  void resume() const {
    const RunResult resumed = command({"resume"});
    CHECK(resumed.err == "");
    CHECK(resumed.status == 0);
    CHECK(resumed.out.starts_with("the drain is taken back"));
  }
  // All is as if there had been no drain.
  void check_open() const {
    CHECK(world.gate->is_ready());
    const int live = world.tmux.count();
    CHECK(world.create().status == 201);
    CHECK(world.tmux.count() == live + 1);
    RawClient client(world.gate->port());
    for (int request = 0; request < 2; ++request) {
      client.send(http_request("GET", "/livez"));
      CHECK(read_answer(client).status == 200);
    }
    CHECK(world.metric("taskgate_draining") == 0);
    CHECK(world.metric("taskgate_slots_free") == 5 - live - 1);
  }

  GatedWorld world;
};

TEST_CASE("a drain that is taken back during its notice leaves no trace; the next one works") {
  DrainWorld d(kNever);
  RawClient parked(d.world.gate->port());
  parked.send(http_request("GET", "/livez"));
  CHECK(read_answer(parked).status == 200);
  d.drain();
  CHECK(d.world.create().status == 503);
  d.resume();
  d.check_open();
  parked.send(http_request("GET", "/livez"));
  CHECK(read_answer(parked).status == 200);
  d.drain();
  CHECK(d.world.create().status == 503);
  d.resume();
  d.check_open();
}

TEST_CASE("a drain that is taken back while a stream goes on listens on the same port again") {
  DrainWorld d("0s");
  RawClient stream(d.world.gate->port());
  begin_stream(stream);
  d.drain();
  eventually("no more connections are taken", [&] { return !d.takes_connections(); });
  d.resume();
  d.check_open();
  stream.read_until("task.created");
  d.drain();
  eventually("no more connections are taken", [&] { return !d.takes_connections(); });
  stream.close();
  d.process().wait_for_line(R"("event":"drained")");
  d.process().signal(SIGTERM);
  CHECK(d.process().wait() == 0);
}

TEST_CASE("a gate that is drained opens again, as often as it is told") {
  DrainWorld d("0s");
  for (int round = 0; round < 3; ++round) {
    CHECK(d.command({"drain"}).status == 0);
    CHECK_FALSE(d.takes_connections());
    d.resume();
    d.check_open();
  }
  CHECK(d.command({"resume"}).out == "the gate is not draining: there is nothing to take back\n");
}

TEST_CASE("signals of a drain and its end in quick order leave one listener that answers") {
  DrainWorld d("0s");
  for (int round = 0; round < 20; ++round) {
    d.process().signal(SIGUSR1);
    d.process().signal(SIGUSR2);
  }
  d.drain();
  d.resume();
  d.check_open();
}

TEST_CASE("drain says so when it is taken back while it waits") {
  DrainWorld d(kNever);
  Process waiting(
      {gate_binary(), "drain"},
      gate_environment({{"admin", "127.0.0.1:" + std::to_string(d.world.gate->admin_port())},
                        {"drain.timeout", kNever}}));
  waiting.wait_for_line("taskgate resume takes it back");
  while (waiting.running()) {  // until it has looked at a drain and at none
    d.drain();
    d.resume();
  }
  CHECK(waiting.wait() == 1);
  CHECK(waiting.error_output() == "taskgate: the drain was taken back\n");
}

TEST_CASE("the drain of a SIGTERM is not taken back") {
  DrainWorld d("0s");
  RawClient stream(d.world.gate->port());
  begin_stream(stream);
  d.process().signal(SIGTERM);
  d.process().wait_for_line(R"("event":"drain_started")");
  const RunResult resumed = d.command({"resume"});
  CHECK(resumed.status == 1);
  CHECK(resumed.err.find("that of a SIGTERM is final") != std::string::npos);
  d.process().wait_for_line(R"("event":"resume_refused")");
  stream.close();
  CHECK(d.process().wait() == 0);
}

TEST_CASE("where its port was taken meanwhile the drain goes on, and the log says why") {
  DrainWorld d("0s");
  CHECK(d.command({"drain"}).status == 0);
  {
    const Fd squatter = listen_on_loopback(d.world.gate->port(), 1);
    CHECK(d.command({"resume"}).status == 1);
    d.process().wait_for_line(R"("event":"resume_failed","reason":"cannot listen on)");
    CHECK_FALSE(d.world.gate->is_ready());
  }
  d.resume();
  d.check_open();
}

}  // namespace
}  // namespace taskgate::test
