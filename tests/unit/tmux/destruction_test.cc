// The end of a Lister, at every moment of a listing. The sanitizers' run is what gives these cases
// teeth.
#include <filesystem>
#include <functional>
#include <memory>

#include "driver.h"
#include "fake_server.h"
#include "frames.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux/lister.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

constexpr std::chrono::milliseconds kShort{20};

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

// The callback's captures die with the scope that owns the lister, as main's parts do.
struct Owner {
  Owner(asio::io_context& loop, ListerSettings settings, int& calls)
      : memory(std::make_unique<int>(0)),
        lister(loop, std::move(settings), [this, &calls](const Listing&) { calls = ++*memory; }) {}
  std::unique_ptr<int> memory;
  Lister lister;
};

// A lister that may end at any time, and the server that it asks, which says nothing by itself.
struct Silence {
  explicit Silence(Duration timeout = kPatience)
      : owner(std::make_unique<Owner>(loop, settings_for({folder / "s"}, timeout), calls)) {
    owner->lister.begin();
  }
  void run_until(const std::function<bool()>& done) { testing::run_until(loop, done); }
  void wait_for_question() {
    run_until([this] { return server.accepted() == 1; });
  }
  // The lister ends, and the connection with it.
  void end() {
    owner.reset();
    run_until([this] { return server.last().gone(); });
    loop.poll();
    CHECK(server.accepted() == 1);
  }

  TemporaryFolder folder;
  asio::io_context loop{1};
  FakeServer server{loop, folder / "s", silent()};
  int calls = 0;
  std::unique_ptr<Owner> owner;
};

TEST_CASE("a lister that ends while the server is silent closes its connection and says no more") {
  Silence silence;
  silence.wait_for_question();
  silence.end();
  CHECK(silence.calls == 0);
}

TEST_CASE("a lister that ends right after begin does nothing") {
  Silence silence;
  silence.owner.reset();
  silence.loop.poll();
  CHECK(silence.server.accepted() == 0);
  CHECK(silence.calls == 0);
}

TEST_CASE("a lister that ends while it owes a late answer closes its connection") {
  Silence silence(kShort);
  silence.run_until([&] { return silence.calls == 1; });
  silence.end();
  CHECK(silence.calls == 1);
}

TEST_CASE("an answer that is in already when the lister ends is not delivered") {
  Silence silence;
  silence.wait_for_question();
  silence.server.last().send(answer("7 $0 1 a\n"));
  silence.end();
  CHECK(silence.calls == 0);
}

TEST_CASE("a lister may end in its own callback") {
  TemporaryFolder folder;
  asio::io_context loop{1};
  const std::string bytes = GENERATE(answer("7 $0 1 a\n"), std::string());
  FakeServer server(loop, folder / "s", bytes.empty() ? silent() : answering(bytes));
  int calls = 0;
  std::unique_ptr<Lister> lister;
  lister =
      std::make_unique<Lister>(loop, settings_for({folder / "s"}, kShort), [&](const Listing&) {
        ++calls;
        lister.reset();
      });
  lister->begin();
  run_until(loop, [&] { return calls > 0; });
  run_until(loop, [&] { return server.last().gone(); });
  CHECK(calls == 1);
  CHECK(lister == nullptr);
}

TEST_CASE("the loop may end before a query does") {
  TemporaryFolder folder;
  const auto before = open_descriptors();
  const bool late = GENERATE(false, true);
  {
    asio::io_context loop{1};
    FakeServer server(loop, folder / "s", silent());
    int calls = 0;
    const Duration timeout = late ? Duration(kShort) : Duration(kPatience);
    Owner owner(loop, settings_for({folder / "s"}, timeout), calls);
    owner.lister.begin();
    run_until(loop, [&] { return late ? calls == 1 : server.accepted() == 1; });
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("listings leave no descriptor behind") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s", folder / "stale", folder / "none"}));
  FakeServer stale(driver.loop, folder / "stale", silent());
  stale.stop_listening();
  FakeServer server(driver.loop, folder / "s", {nullptr, [](FakeServer::Peer& peer) {
                                                  peer.send(answer("7 $0 1 a\n"));
                                                  peer.close();
                                                }});
  driver.list();
  const auto before = open_descriptors();
  for (int again = 0; again < 50; ++again) CHECK(fault_of(driver.list()) == "known");
  CHECK(open_descriptors() == before);
}

}  // namespace
}  // namespace taskgate::tmux
