// Asio's records are allocations, which are counted here.
#include "net/reactor_records.h"

#include <fcntl.h>

#include <algorithm>
#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <list>
#include <memory>
#include <set>
#include <vector>

#include "support/allocations.h"
#include "support/catch.h"

namespace taskgate::net {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

// Descriptors that the loop waits for; epoll takes no folder, and Asio has a record all the same.
class Crowd {
 public:
  // How many allocations the loop made for it.
  std::size_t comes() {
    Descriptor& newest = descriptors_.emplace_back(loop_);
    const int folder = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::size_t before = test::allocations();
    newest.assign(folder);
    return test::allocations() - before;
  }
  void leaves() { descriptors_.pop_front(); }
  std::size_t size() const { return descriptors_.size(); }
  asio::io_context& loop() { return loop_; }

 private:
  asio::io_context loop_{1};
  std::list<Descriptor> descriptors_;
};

TEST_CASE("a descriptor that no record was provided for costs an allocation") {
  Crowd crowd;
  CHECK(crowd.comes() > 0);
  crowd.leaves();
  CHECK(crowd.comes() == 0);
}

// A batch was taken from the free records first, and made fewer than it counted.
TEST_CASE("each descriptor of a crowd finds a record that was provided, if some come at once") {
  const int at_once = GENERATE(1, 7, 60);
  Crowd crowd;
  ReactorRecords records(crowd.loop());
  while (crowd.size() < 2000) {
    records.provide(crowd.size());
    for (int i = 0; i < at_once; ++i) REQUIRE(crowd.comes() == 0);
  }
}

TEST_CASE("records are made for the most that there were at once, and not for each that came") {
  Crowd crowd;
  ReactorRecords records(crowd.loop());
  for (int turn = 0; turn < 3; ++turn) {
    while (crowd.size() < 300) {
      records.provide(crowd.size());
      REQUIRE(crowd.comes() == 0);
    }
    while (crowd.size() > 0) crowd.leaves();
  }
  std::size_t found = 0;
  while (crowd.comes() == 0) ++found;
  CHECK(found >= 300);
  CHECK(found < 1000);
}

// Gaps as large as records between blocks that stay, as a crowd leaves them.
class Gaps {
 public:
  Gaps() {
    for (int i = 0; i < 1000; ++i) {
      (i % 2 == 0 ? kept_ : gaps_).push_back(std::make_unique_for_overwrite<char[]>(kSize));
    }
    for (const auto& gap : gaps_) places_.insert(gap.get());
    gaps_.clear();
  }
  // How many of as many blocks find a gap.
  std::ptrdiff_t free() const {
    std::vector<std::unique_ptr<char[]>> blocks;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      blocks.push_back(std::make_unique_for_overwrite<char[]>(kSize));
    }
    return std::ranges::count_if(blocks,
                                 [&](const auto& block) { return places_.contains(block.get()); });
  }

 private:
  static constexpr std::size_t kSize = sizeof(asio::detail::reactor::descriptor_state);

  std::vector<std::unique_ptr<char[]>> kept_;
  std::vector<std::unique_ptr<char[]>> gaps_;
  std::set<const char*> places_;
};

TEST_CASE("records do not go into the gaps that a crowd leaves") {
  Crowd crowd;
  const Gaps gaps;
  const std::ptrdiff_t before = gaps.free();
  ReactorRecords records(crowd.loop());
  records.provide(0);
  CHECK(gaps.free() >= before - 50);
}

}  // namespace
}  // namespace taskgate::net
