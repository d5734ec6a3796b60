#include "net/name_lookup.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace taskgate::net {
namespace {

constexpr Duration kAMoment = std::chrono::nanoseconds(1);
constexpr Duration kADay = std::chrono::hours(24);

// A resolver that answers when the test says so.
struct Fixture {
  explicit Fixture(NameLookup::Pauses given = {}) : pauses(given) {}

  void answer(std::size_t index, std::uint16_t port) {
    asked.at(index).second({{asio::ip::address_v4::loopback(), port}}, {});
  }
  void answer_in_vain(std::size_t index) {
    asked.at(index).second({}, asio::error::host_not_found);
  }

  const NameLookup::Pauses pauses;
  asio::io_context loop{1};
  std::vector<std::pair<std::string, Resolved>> asked;
  std::vector<std::string> taken;  // ports, and errors
  NameLookup lookup{
      loop,
      [this](const std::string& host, std::uint16_t port, const Resolved& done) {
        asked.emplace_back(host + ":" + std::to_string(port), done);
      },
      [this](const Endpoints& found, ErrorCode error) {
        taken.push_back(error ? error.message() : std::to_string(found.front().port()));
      },
      pauses};
};

using Taken = std::vector<std::string>;

}  // namespace

TEST_CASE("a name is looked up again when its answer has been used for a while, once at a time") {
  Fixture f;
  const TimePoint before = Clock::now();
  f.lookup.set("coder", 80);
  CHECK(f.asked.front().first == "coder:80");
  f.answer(0, 1);
  f.lookup.use(before + f.pauses.renewal - kAMoment);
  CHECK(f.asked.size() == 1);
  f.lookup.use(Clock::now() + f.pauses.renewal);
  f.lookup.use(Clock::now() + kADay);
  f.lookup.failed(Clock::now() + kADay);
  CHECK(f.asked.size() == 2);
  f.answer(1, 2);
  CHECK(f.taken == Taken{"1", "2"});
}

TEST_CASE("a name none of whose addresses is of use is looked up again, after a pause") {
  Fixture f;
  const TimePoint before = Clock::now();
  f.lookup.set("coder", 80);
  f.answer(0, 1);
  f.lookup.failed(before + f.pauses.retry - kAMoment);
  CHECK(f.asked.size() == 1);
  f.lookup.failed(Clock::now() + f.pauses.retry);
  CHECK(f.asked.size() == 2);
}

TEST_CASE("a name that has no address is looked up again by itself until it has one") {
  Fixture f({.retry = std::chrono::milliseconds(1), .renewal = std::chrono::hours(1)});
  f.lookup.set("coder", 80);
  for (std::size_t i = 0; i < 3; ++i) {
    f.answer_in_vain(i);
    f.loop.restart();
    while (f.asked.size() == i + 1) f.loop.run_one();
  }
  f.answer(3, 1);
  CHECK(f.taken.size() == 4);
  CHECK(f.taken.back() == "1");
  f.loop.restart();
  CHECK(f.loop.run() == 0);  // nothing is waited for any more
}

TEST_CASE("what an earlier look-up finds counts no more") {
  Fixture f;
  f.lookup.set("coder", 80);
  f.lookup.set("other", 81);
  CHECK(f.asked.back().first == "other:81");
  f.answer(0, 1);
  f.answer(1, 2);
  f.answer(0, 3);
  CHECK(f.taken == Taken{"2"});
}

TEST_CASE("a name that is set again while it is looked up is not looked up twice") {
  Fixture f;
  f.lookup.set("coder", 80);
  f.lookup.set("coder", 80);
  CHECK(f.asked.size() == 1);
  f.answer(0, 1);
  CHECK(f.taken == Taken{"1"});
  f.lookup.set("coder", 80);
  CHECK(f.asked.size() == 2);
  f.lookup.set("coder", 81);
  f.lookup.set("other", 81);
  CHECK(f.asked.size() == 4);
  f.answer(1, 2);
  f.answer(2, 3);
  f.answer(3, 4);
  CHECK(f.taken == Taken{"1", "4"});
}

TEST_CASE("an address is asked for once") {
  Fixture f;
  f.lookup.set("127.0.0.1", 80);
  f.answer(0, 80);
  f.lookup.use(Clock::now() + kADay);
  f.lookup.failed(Clock::now() + kADay);
  CHECK(f.asked.size() == 1);
}

}  // namespace taskgate::net
