// Neighbours that fail while requests go on and on: what they cost, and that it ends.
#include <csignal>
#include <filesystem>
#include <list>
#include <thread>

#include "e2e/configured_world.h"
#include "support/catch.h"
#include "support/load.h"

namespace taskgate::test {
namespace {

const std::string kRead = http_request("GET", "/livez");
const std::string kCreateRequest = http_request("POST", kTerminal, "{}");

// So that the last good count is that, whatever happens to tmux next.
void wait_until_listed(const GatedWorld& world, int sessions) {
  eventually("the sessions are listed, and no slot is promised", [&] {
    return world.metric("taskgate_sessions_live") == sessions &&
           world.metric("taskgate_reservations") == 0;
  });
}

TEST_CASE("an upstream that is killed and started again costs only what comes meanwhile") {
  GatedWorld world;
  Load reads(world.gate->port(), kRead);
  reads.wait_for_answers(50);
  world.standin.process().signal(SIGKILL);
  world.standin.process().wait();
  reads.wait_for_answers(50);
  CHECK(world.ask("GET", "/livez").status == 502);
  const Standin again(world.tmux, {"--port", std::to_string(world.standin.port())});
  eventually("requests pass again", [&] { return world.ask("GET", "/livez").status == 200; });
  reads.wait_for_answers(50);
  const Load::Result result = reads.stop();
  for (const auto& [status, count] : result.answers) CHECK((status == 200 || status == 502));
  // An answer that was on its way was cut visibly: one a client at most.
  CHECK(result.failures.size() <= 4);
  Load later(world.gate->port(), kRead);
  later.wait_for_answers(50);
  CHECK(later.stop().all(200));
  CHECK(world.create().status == 201);
}

TEST_CASE("a tmux server that is stopped in a storm lets in what the last good count allows") {
  GatedWorld world(Gate::Settings{
      {"limit", "3"}, {"tmux.hold", "10m"}, {"tmux.timeout", "50ms"}, {"admission.wait", "200ms"}});
  world.fill(1);
  wait_until_listed(world, 1);
  Load reads(world.gate->port(), kRead);
  world.tmux.stop();
  StormSummary storm;
  std::thread storming([&] {
    storm = run_storm(world.gate->port(), {"--path", kTerminal, "--count", "40"});
  });
  // Two are upstream, whose tmux command waits for the server; the others are refused.
  eventually("all others are refused", [&] {
    return world.metric(R"(taskgate_admissions_total{decision="rejected",route="terminal"})") == 38;
  });
  CHECK(world.metric(R"(taskgate_signal_state{state="held"})") == 1);
  CHECK(world.metric("taskgate_reservations") == 2);
  reads.wait_for_answers(50);
  world.tmux.resume();
  storming.join();
  CHECK(storm.answered(201) == 2);
  CHECK(storm.answered(429) == 38);
  CHECK(world.tmux.count() == 3);
  CHECK(reads.stop().all(200));
  eventually("the count is known again", [&] {
    return world.metric(R"(taskgate_signal_state{state="known"})") == 1 &&
           world.metric("taskgate_sessions_live") == 3;
  });
}

TEST_CASE("a tmux socket that is deleted lets nothing in, and SIGUSR1 to the server mends it") {
  GatedWorld world(Gate::Settings{{"limit", "2"}, {"tmux.hold", "10m"}});
  world.fill(2);
  wait_until_listed(world, 2);
  const pid_t server = world.tmux.pid();
  Load reads(world.gate->port(), kRead);
  Load creates(world.gate->port(), kCreateRequest);
  std::filesystem::remove(world.tmux.socket());
  world.gate->process().wait_for_line(
      R"("event":"signal","state":"held","fault":"socket_deleted")");
  creates.wait_for_answers(50);
  CHECK(::kill(server, SIGUSR1) == 0);
  world.gate->process().wait_for_line(R"("event":"signal","state":"known","live":2)");
  eventually("the count is known again",
             [&] { return world.metric(R"(taskgate_signal_state{state="known"})") == 1; });
  creates.wait_for_answers(50);
  CHECK(creates.stop().all(429));
  CHECK(reads.stop().all(200));
  CHECK(world.tmux.count() == 2);
  world.tmux.kill_session(world.tmux.list().front());
  CHECK(world.create().status == 201);
}

TEST_CASE("a configuration that is broken and mended, over and over, fails no request") {
  ConfiguredWorld c("limit: 0\n");
  Load reads(c.world.gate->port(), kRead);
  Load creates(c.world.gate->port(), kCreateRequest);
  for (int round = 1; round <= 10; ++round) {
    c.rewrite("limit: many\n");
    c.world.gate->process().signal(SIGHUP);
    eventually("it is refused",
               [&] { return c.world.metric("taskgate_config_last_reload_success") == 0; });
    CHECK(c.world.metric("taskgate_sessions_limit") == 0);
    creates.wait_for_answers(5);
    c.reload("limit: 0\n");
    CHECK(c.world.metric("taskgate_config_last_reload_success") == 1);
    reads.wait_for_answers(5);
  }
  CHECK(reads.stop().all(200));
  CHECK(creates.stop().all(429));
}

TEST_CASE("a flood on the admin port keeps neither probes and scrapes nor requests waiting") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  Load reads(world.gate->port(), kRead);
  // More than the port takes at once; the oldest that say nothing give way.
  std::list<RawClient> silent;
  for (int i = 0; i < 300; ++i) silent.emplace_back(world.gate->admin_port());
  const HttpFields last{{"Connection", "close"}};
  Load scrapes(world.gate->admin_port(), http_request("GET", "/metrics", "", last), 8);
  Load pages(world.gate->admin_port(), http_request("GET", "/", "", last), 2);
  for (int i = 0; i < 20; ++i) {
    RawClient junk(world.gate->admin_port());
    junk.send("\x16\x03\x01 this is no request\r\n\r\n");
    silent.emplace_back(world.gate->admin_port()).send("GET /metrics HT");
    CHECK(world.gate->admin("/livez").status == 200);
    CHECK(world.gate->is_ready());
  }
  CHECK(world.create().status == 201);
  CHECK(world.create().status == 429);
  reads.wait_for_answers(50);
  scrapes.wait_for_answers(20);
  CHECK(reads.stop().all(200));
  CHECK(scrapes.stop().all(200));
  CHECK(pages.stop().all(200));
}

// A third of what the chart allows.
constexpr std::size_t kLittleMemoryKib = 24 * 1024;

TEST_CASE(
    "scrapes whose clients leave at once are counted until they end, and cost little memory") {
  GatedWorld world;
  world.fill(1);
  const std::string large = http_request("GET", "/metrics", "", {{"X", std::string(7000, 'x')}});
  for (int i = 0; i < 8000; ++i) RawClient(world.gate->admin_port()).try_send(large);
  CHECK(world.gate->admin("/livez").status == 200);
  CHECK(world.metric("taskgate_sessions_live") == 1);
  CHECK(world.gate->peak_kib() < kLittleMemoryKib);
}

TEST_CASE("of many scrapes at once none is cut, and probes are answered meanwhile") {
  GatedWorld world;
  const std::string scrape = http_request("GET", "/metrics", "", {{"Connection", "close"}});
  std::list<RawClient> scrapers;
  for (int i = 0; i < 400; ++i) scrapers.emplace_back(world.gate->admin_port()).send(scrape);
  CHECK(world.gate->is_ready());
  CHECK(world.gate->admin("/livez").status == 200);
  for (RawClient& scraper : scrapers) {
    CHECK(parse_answer(scraper.read_to_end()).status == 200);
  }
  CHECK(world.gate->peak_kib() < kLittleMemoryKib);
}

}  // namespace
}  // namespace taskgate::test
