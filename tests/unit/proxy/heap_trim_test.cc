#include "proxy/heap_trim.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

constexpr std::size_t kMiB = 1024 * 1024;
constexpr Duration kLonger = std::chrono::milliseconds(600);  // than it waits

int trims = 0;

struct TrimFixture {
  TrimFixture() { trims = 0; }
  void wait() {
    loop.restart();
    loop.run_for(kLonger);
  }

  asio::io_context loop{1};
  Spares spares;
  HeapTrim heap{loop, spares, [] { ++trims; }};
};

}  // namespace

TEST_CASE("a crowd that is still going when the heap is trimmed is followed by another trim") {
  TrimFixture f;
  f.heap.rose_to(8 * kMiB);
  f.heap.fell_to(kMiB);
  f.heap.fell_to(kMiB / 2);
  f.wait();
  CHECK(trims == 1);
  f.heap.fell_to(0);
  f.wait();
  CHECK(trims == 2);
}

TEST_CASE("a crowd that has gone takes the spares along that it has left") {
  TrimFixture f;
  const std::string text(100, 'x');
  f.spares.texts.give(text);
  f.heap.rose_to(8 * kMiB);
  f.heap.fell_to(0);
  f.wait();
  CHECK(f.spares.texts.take().capacity() < text.size());
}

TEST_CASE("a crowd that comes back, or that was none, makes no trim") {
  TrimFixture f;
  f.heap.rose_to(kMiB);
  f.heap.fell_to(0);
  f.heap.rose_to(8 * kMiB);
  f.heap.fell_to(2 * kMiB);
  f.heap.rose_to(7 * kMiB);
  f.wait();
  CHECK(trims == 0);
}
