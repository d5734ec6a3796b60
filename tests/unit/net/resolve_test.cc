#include "net/resolve.h"

#include <optional>

#include "support/catch.h"
#include "support/deadline.h"

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
