#include "net/reactor_records.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <vector>

namespace taskgate::net {
namespace {

using Holder = asio::posix::basic_stream_descriptor<Executor>;

// Some ten pages of records at first, then as many as there are.
constexpr std::size_t kLeast = 256;
constexpr std::size_t kMost = 1024;

// While it lives the gaps between other things are filled, which records would go into one by one,
// to keep a page each when the other things have gone.
class FilledGaps {
 public:
  FilledGaps() {
    blocks_.reserve(kGapsAtMost);
    std::size_t in_a_row = 0;
    std::uintptr_t last = 0;
    while (in_a_row < kNoMoreGaps && blocks_.size() < kGapsAtMost) {
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(kRecord));
      const auto here = std::bit_cast<std::uintptr_t>(blocks_.back().get());
      in_a_row = here - last < 2 * kRecord ? in_a_row + 1 : 0;
      last = here;
    }
  }

 private:
  static constexpr std::size_t kRecord = sizeof(asio::detail::reactor::descriptor_state);
  static constexpr std::size_t kNoMoreGaps = 256;
  static constexpr std::size_t kGapsAtMost = 16 * 1024;

  std::vector<std::unique_ptr<char[]>> blocks_;
};

}  // namespace

// One folder stands for all of them: epoll takes none, and Asio makes a record all the same. Those
// that are free now are taken first, so there are to be as many holders more.
void ReactorRecords::make(std::size_t descriptors) {
  const std::size_t batch = std::clamp(made_, kLeast, kMost);
  const std::size_t count = batch + made_ - std::min(made_, descriptors);
  made_ += batch;
  const int file = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  std::vector<Holder> holders;
  holders.reserve(count);
  const FilledGaps gaps;
  for (std::size_t i = 0; i < count; ++i) {
    ErrorCode error;
    holders.emplace_back(loop_);
    holders.back().assign(file, error);
    if (error) break;
  }
  for (Holder& holder : holders) {
    if (holder.is_open()) holder.release();
  }
  ::close(file);
}

}  // namespace taskgate::net
