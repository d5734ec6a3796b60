#include "net/recent_addresses.h"

#include "support/catch.h"

namespace taskgate::net {
namespace {

Endpoints of(const std::vector<std::uint16_t>& ports) {
  Endpoints endpoints;
  for (const std::uint16_t port : ports) {
    endpoints.emplace_back(asio::ip::address_v4::loopback(), port);
  }
  return endpoints;
}

}  // namespace

TEST_CASE("addresses that come in turn are news once") {
  RecentAddresses recent;
  for (const auto& first : {of({1, 2}), of({3, 4}), of({5, 1})}) CHECK(recent.take(first).added);
  for (unsigned i = 0; i < RecentAddresses::kAnswers; ++i) {
    for (const auto& again : {of({2, 1}), of({3, 5}), of({4})}) {
      const auto change = recent.take(again);
      CHECK_FALSE(change.added);
      CHECK_FALSE(change.forgotten);
    }
  }
  CHECK(recent.take(of({1, 6})).added);
}

TEST_CASE("an address that stays away is forgotten once, and then is new") {
  RecentAddresses recent;
  recent.take(of({1, 2}));
  for (unsigned i = 1; i < RecentAddresses::kAnswers; ++i) {
    CHECK_FALSE(recent.take(of({1})).forgotten);
  }
  CHECK(recent.take(of({1})).forgotten);
  CHECK_FALSE(recent.take(of({1})).forgotten);
  CHECK(recent.take(of({2})).added);
}

TEST_CASE("another name's addresses are new") {
  RecentAddresses recent;
  recent.take(of({1}));
  recent.clear();
  CHECK(recent.take(of({1})).added);
}

}  // namespace taskgate::net
