// Asio's records are allocations, which are counted here.
#include "net/reactor_records.h"

#include <fcntl.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <list>

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

}  // namespace
}  // namespace taskgate::net
