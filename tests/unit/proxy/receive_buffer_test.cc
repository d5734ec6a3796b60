#include "proxy/receive_buffer.h"

#include <algorithm>
#include <string_view>

#include "plain_holder.h"
#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

struct BufferFixture {
  // A read that waited, and brought so many bytes or as many as there is room for; how many.
  std::size_t read(std::size_t bytes) {
    buffer.make_room();
    buffer.begin_wait();
    const asio::mutable_buffer room = buffer.open();
    const std::size_t came = std::min(bytes, room.size());
    std::fill_n(static_cast<char*>(room.data()), came, 'x');
    buffer.tried(true);
    buffer.end_wait();
    buffer.add(came);
    return came;
  }
  // So many reads, whose bytes are consumed at once; of the last one how many.
  std::size_t pass(std::size_t bytes, int reads = 1) {
    std::size_t came = 0;
    for (int i = 0; i < reads; ++i) {
      came = read(bytes);
      buffer.consume(came);
    }
    return came;
  }
  void wait() {
    buffer.make_room();
    buffer.begin_wait();
  }

  asio::io_context loop{1};
  observe::ConnectionCounts counts;
  Spares spares;
  HeldBytes held{loop, counts, {1024 * 1024, 1024 * 1024}, spares};
  test::PlainHolder owner{held};
  SpareBlocks first{1024};
  ReceiveBuffer buffer{owner, first};
};

}  // namespace

TEST_CASE("while a read waits and nothing is received there is no buffer") {
  BufferFixture f;
  f.wait();
  CHECK(f.buffer.room().size() == 0);
  CHECK(f.pass(10) == 10);
  f.wait();
  CHECK(f.buffer.room().size() == 0);
  CHECK(f.buffer.open().size() == 1024);
  f.buffer.tried(false);
  CHECK(f.buffer.room().size() == 0);
}

TEST_CASE("what is received and not consumed stays while a read waits") {
  BufferFixture f;
  f.read(10);
  f.buffer.consume(4);
  f.wait();
  CHECK(f.buffer.received() == "xxxxxx");
  f.buffer.open();
  f.buffer.tried(false);
  f.buffer.shrink();
  CHECK(f.buffer.received() == "xxxxxx");
}

TEST_CASE("a buffer grows while reads fill it, and is charged what it has beyond the first one") {
  BufferFixture f;
  CHECK(f.pass(100'000) == 1024);
  CHECK(f.owner.bytes() == 0);
  CHECK(f.pass(100'000) == 4096);
  CHECK(f.pass(100'000) == 8192);
  CHECK(f.owner.bytes() == 8192);
  CHECK(f.pass(100'000, 5) == kLargestBuffer);
  CHECK(f.owner.bytes() == kLargestBuffer);
}

TEST_CASE(
    "a grown buffer is given back behind some small reads in a row, or when it is asked for") {
  BufferFixture f;
  f.pass(100'000, 2);
  f.pass(10, 3);
  f.pass(5000);
  f.pass(10, 3);
  f.wait();
  CHECK(f.owner.bytes() == 8192);
  SECTION("behind one more") {
    f.pass(10);
    f.wait();
  }
  SECTION("when it is asked for") {
    f.buffer.shrink();
  }
  CHECK(f.owner.bytes() == 0);
  CHECK(f.buffer.open().size() == 1024);
}
