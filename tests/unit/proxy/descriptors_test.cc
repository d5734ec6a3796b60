#include "proxy/descriptors.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

struct Row {
  std::size_t limit;
  std::size_t admin;
  std::size_t pipes;
  std::size_t connections;
  std::size_t clients;
};

}  // namespace

TEST_CASE("connections get what listings, the admin port and a reload leave") {
  const auto row = GENERATE(values<Row>({
      {0, 1, 0, 2, 1},  // even the smallest share carries one request
      {40, 5, 0, 3, 2},
      {64, 8, 0, 24, 16},
      {1024, 128, 8, 848, 565},
      {1048576, 128, 32, 1048352, 698901},
  }));
  CAPTURE(row.limit);
  const DescriptorShares shares = share_descriptors(row.limit);
  CHECK(shares.admin == row.admin);
  CHECK(shares.pipes == row.pipes);
  CHECK(shares.connections == row.connections);
  CHECK(shares.clients == row.clients);
}

TEST_CASE("a request and a tunnel need two descriptors, an idle client one") {
  observe::ConnectionCounts counts;
  const Descriptors descriptors(share_descriptors(64), counts);  // 24 for connections
  counts = {.idle = 3, .active = 5, .tunnels = 5};
  CHECK(descriptors.has_room());
  ++counts.idle;
  CHECK_FALSE(descriptors.has_room());
  CHECK(descriptors.cover_requests());
  --counts.idle;
  ++counts.active;
  CHECK_FALSE(descriptors.cover_requests());
}

TEST_CASE("what clients and requests do not need is spare") {
  observe::ConnectionCounts counts;
  const Descriptors descriptors(share_descriptors(64), counts);  // 24 for connections
  counts = {.idle = 3, .active = 5, .streams = 4};
  CHECK(descriptors.spare() == 3);
  counts.tunnels = 2;
  CHECK(descriptors.spare() == 0);
}

TEST_CASE("so many clients can be met as have two descriptors each") {
  const observe::ConnectionCounts counts;
  const Descriptors descriptors(share_descriptors(64), counts);
  CHECK(descriptors.suffice_for(12));
  CHECK_FALSE(descriptors.suffice_for(13));
}
