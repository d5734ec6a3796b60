#include "proxy/byte_budget.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

struct Fixture {
  struct Reader {
    ByteBudget::Share share;
    bool granted = false;
    bool ended = false;
  };

  Reader& ask(std::size_t bytes, Duration limit = std::chrono::hours(1)) {
    readers.push_back(std::make_unique<Reader>());
    asio::co_spawn(loop, run(*readers.back(), bytes, Clock::now() + limit), asio::detached);
    return *readers.back();
  }

  Task<> run(Reader& reader, std::size_t bytes, TimePoint deadline) {
    reader.granted = co_await budget.acquire(reader.share, bytes, deadline);
    reader.ended = true;
  }

  // A loop that ran out of work is stopped until it is restarted.
  void run_ready() {
    loop.restart();
    loop.poll();
  }

  asio::io_context loop{1};
  ByteBudget budget{loop, 100};
  std::vector<std::unique_ptr<Reader>> readers;
};

}  // namespace

TEST_CASE("bodies beyond the total wait until earlier ones are gone") {
  Fixture f;
  auto& first = f.ask(60);
  auto& second = f.ask(60);
  auto& third = f.ask(30);
  f.run_ready();
  CHECK(first.granted);
  CHECK_FALSE(second.granted);
  CHECK_FALSE(third.granted);  // behind the second one, though it would fit
  first.share.release();
  f.run_ready();
  CHECK(second.granted);
  CHECK(third.granted);
}

TEST_CASE("a share is given back when it is destroyed") {
  Fixture f;
  f.ask(100);
  f.run_ready();
  auto& waiting = f.ask(1);
  f.run_ready();
  CHECK_FALSE(waiting.granted);
  f.readers.front().reset();
  f.run_ready();
  CHECK(waiting.granted);
}

TEST_CASE("a body larger than the whole total passes alone") {
  Fixture f;
  CHECK_FALSE(f.ask(500).ended);
  f.run_ready();
  CHECK(f.readers.front()->granted);
}

TEST_CASE("who waits too long is told so and lets the next one pass") {
  Fixture f;
  f.ask(90);
  auto& large = f.ask(50, std::chrono::milliseconds(1));
  auto& small = f.ask(10);
  while (!small.ended) f.loop.run_one();
  CHECK(large.ended);
  CHECK_FALSE(large.granted);
  CHECK(small.granted);
}
