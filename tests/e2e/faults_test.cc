// Kill -9 of each neighbour in the middle of a storm: no crash, no hang, and the counts are right
// afterwards.
#include <csignal>
#include <thread>

#include "e2e/gated_world.h"
#include "support/catch.h"

using namespace taskgate::test;

namespace {

// A storm in the background; what() waits for its end.
class Storm {
 public:
  explicit Storm(std::uint16_t port)
      : thread_([this, port] {
          result_ = run_storm(port, {"--path", kTerminal, "--count", "200"});
        }) {}
  ~Storm() {
    if (thread_.joinable()) thread_.join();
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  StormSummary what() {
    thread_.join();
    return result_;
  }

 private:
  StormSummary result_;
  std::thread thread_;
};

void wait_for_creates(const GatedWorld& world, int count) {
  eventually("creates have reached the upstream",
             [&] { return world.standin.stats().creates_received >= count; });
}

int answered(const StormSummary& storm) {
  int all = 0;
  for (const auto& [status, count] : storm.answers) all += count;
  return all;
}

int failed(const StormSummary& storm) {
  int all = 0;
  for (const auto& [error, count] : storm.errors) all += count;
  return all;
}

}  // namespace

TEST_CASE("an upstream killed in a storm leaves every client answered and the gate whole") {
  GatedWorld world(Gate::Settings{{"limit", "12"}, {"admission.settle", "200ms"}},
                   {"--create-delay", "50"});
  world.tmux.start();
  Storm storm(world.gate->port());
  wait_for_creates(world, 2);
  world.standin.process().signal(SIGKILL);
  const StormSummary result = storm.what();
  CHECK(answered(result) == 200);
  CHECK(result.unanswered == 0);
  CHECK(world.tmux.count() <= 12);
  CHECK(world.gate->process().running());
  eventually("no reservation is left", [&] {
    world.create();  // a create's listing ends those whose time is over
    return world.metric("taskgate_reservations") == 0;
  });
  CHECK(world.metric("taskgate_sessions_live") == world.tmux.count());
}

TEST_CASE("a tmux server killed in a storm costs no answer, and what lives then is counted") {
  GatedWorld world(Gate::Settings{{"limit", "12"}}, {"--create-delay", "20"});
  world.tmux.start();
  Storm storm(world.gate->port());
  wait_for_creates(world, 4);
  world.tmux.kill_server();
  const StormSummary result = storm.what();
  CHECK(answered(result) == 200);
  CHECK(world.tmux.count() <= 12);
  eventually("the count is that of tmux", [&] {
    return world.metric("taskgate_sessions_live") == world.tmux.count() &&
           world.metric("taskgate_reservations") == 0;
  });
}

TEST_CASE(
    "a gate killed in a storm cuts its clients visibly, and its successor counts what lives") {
  GatedWorld world(Gate::Settings{{"limit", "12"}}, {"--create-delay", "50"});
  world.tmux.start();
  Storm storm(world.gate->port());
  wait_for_creates(world, 2);
  world.gate->process().signal(SIGKILL);
  const StormSummary result = storm.what();
  CHECK(result.unanswered == 0);
  CHECK(answered(result) + failed(result) == 200);
  CHECK(failed(result) > 0);
  eventually("the creates under way have ended", [&] {
    const Standin::Stats stats = world.standin.stats();
    return stats.open == 0 && stats.creates_executed == stats.creates_received;
  });
  Gate::Settings settings = Gate::in_front_of(world.standin.port(), world.tmux.socket());
  settings["limit"] = "12";
  world.gate = std::make_unique<Gate>(settings);
  CHECK(world.metric("taskgate_sessions_live") == world.tmux.count());
  world.fill(12);
  CHECK(world.create().status == 429);
}
