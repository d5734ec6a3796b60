#include "net/resolve.h"

#include <atomic>
#include <cerrno>
#include <optional>

#include "support/catch.h"
#include "support/deadline.h"
#include "support/eventually.h"

namespace taskgate::net {
namespace {

struct ResolverFixture {
  Resolved done() {
    return [this](Endpoints endpoints, ErrorCode error) {
      REQUIRE(!error);
      found = std::move(endpoints);
    };
  }

  asio::io_context loop{1};
  std::optional<Resolver> resolver{std::in_place, loop};
  Endpoints found;
};

// Name servers that say nothing until the test says so.
test::Flag name_servers_answer;
std::atomic<int> look_ups_ended;

Endpoints look_up_in_vain(const std::string& /*host*/, std::uint16_t /*port*/, ErrorCode& error) {
  name_servers_answer.wait("the test lets the name servers answer");
  error = asio::error::host_not_found;
  ++look_ups_ended;
  return {};
}

}  // namespace

TEST_CASE("what a name stands for is brought to the loop") {
  ResolverFixture f;
  f.resolver->resolve("localhost", 80, f.done());
  f.resolver->wait(test::kPatience);
  CHECK(f.found.empty());
  CHECK(f.loop.poll() == 1);
  REQUIRE_FALSE(f.found.empty());
  CHECK(f.found.front().address().is_loopback());
  CHECK(f.found.front().port() == 80);
}

TEST_CASE("an address stands for itself at once") {
  ResolverFixture f;
  f.resolver->resolve("::1", 80, f.done());
  CHECK(f.found == Endpoints{{asio::ip::address_v6::loopback(), 80}});
  f.resolver->wait(test::kPatience);
  CHECK(f.loop.poll() == 0);
}

// A configuration that went to and fro between two names had a thread for each change.
TEST_CASE("look-ups that do not end are bounded in number") {
  asio::io_context loop{1};
  Resolver resolver(loop, look_up_in_vain);
  std::vector<int> errors;
  const auto note = [&](const Endpoints& /*found*/, ErrorCode error) {
    errors.push_back(error.value());
  };
  for (int i = 0; i < Resolver::kMostLookUps; ++i) resolver.resolve("one", 80, note);
  CHECK(errors.empty());
  resolver.resolve("other", 80, note);
  CHECK(errors == std::vector<int>{EAGAIN});
  name_servers_answer.set();
  test::eventually("all have ended", [&] {
    loop.poll();
    loop.restart();
    return errors.size() == 1 + Resolver::kMostLookUps;
  });
  resolver.resolve("other", 80, note);
  CHECK(errors.size() == 1 + Resolver::kMostLookUps);
  resolver.wait(test::kPatience);
  CHECK(look_ups_ended == 1 + Resolver::kMostLookUps);
}

TEST_CASE("a resolver that has ended tells nobody, whether its answer was on its way or not") {
  ResolverFixture f;
  f.resolver->resolve("localhost", 80, f.done());
  SECTION("it was") {
    f.resolver->wait(test::kPatience);
  }
  SECTION("it may be either") {}
  f.resolver.reset();
  f.loop.run();
  CHECK(f.found.empty());
}

}  // namespace taskgate::net
