// Clients that were silent for a while and then create at once: one listing decides them all.
#include <signal.h>

#include <filesystem>
#include <list>
#include <string>
#include <thread>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/loopback.h"
#include "support/process_state.h"

namespace taskgate::test {
namespace {

constexpr int kSilent = 20;
// A scrape within a second of another one stands on the same listing. By then who is silent is
// parked, too.
constexpr auto kListingOfScrape = std::chrono::milliseconds(1100);

// The third silence in a row that is brief is waited out with a buffer in hand.
void chat(RawClient& client) {
  for (int requests = 0; requests < 4; ++requests) {
    client.send(http_request("GET", "/livez"));
    CHECK(read_answer(client).status == 200);
  }
}

// Stopped at work it would go on with that, and still awake it would take the first bytes that
// come, in each case a turn ahead of the others.
void stop_asleep(const Process& process) {
  eventually("the gate sleeps", [&] { return is_in_state('S', stat_of(process.pid())); });
  process.signal(SIGSTOP);
  eventually("the gate has stopped", [&] { return is_in_state('T', stat_of(process.pid())); });
}

TEST_CASE("creates of clients that were silent stand on the listing of one that was not") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  world.fill(1);
  RawClient brisk(world.gate->port());
  chat(brisk);
  std::list<RawClient> silent;
  for (int client = 0; client < kSilent; ++client) {
    silent.emplace_back(world.gate->port()).send(http_request("GET", "/livez"));
    CHECK(read_answer(silent.back()).status == 200);
  }
  const auto listings = [&] {
    return world.metric(R"(taskgate_session_listings_total{result="known"})");
  };
  const double before = listings();
  std::this_thread::sleep_for(kListingOfScrape);

  chat(brisk);
  stop_asleep(world.gate->process());
  brisk.send(http_request("POST", kTerminal, "{}"));
  for (RawClient& client : silent) client.send(http_request("POST", kTerminal, "{}"));
  eventually("all creates have come",
             [&] { return unread_connections(world.gate->port()) == kSilent + 1; });
  world.gate->process().signal(SIGCONT);
  CHECK(read_answer(brisk).status == 429);
  for (RawClient& client : silent) CHECK(read_answer(client).status == 429);

  CHECK(listings() == before + 2);  // with the scrape's own
}

}  // namespace
}  // namespace taskgate::test
