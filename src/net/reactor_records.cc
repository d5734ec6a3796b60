#include "net/reactor_records.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <vector>

namespace taskgate::net {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

// Some ten pages of records at first, then as many as there are. Each batch has some that fill gaps
// between other things, so a large crowd's should be few.
constexpr std::size_t kLeast = 256;
constexpr std::size_t kMost = 1024;

}  // namespace

// One folder stands for all of them: epoll takes none, and Asio makes a record all the same. Those
// that are free now are taken first, so there are to be as many holders more.
void ReactorRecords::make(std::size_t descriptors) {
  const std::size_t batch = std::clamp(made_, kLeast, kMost);
  const std::size_t count = batch + made_ - std::min(made_, descriptors);
  made_ += batch;
  const int file = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  std::vector<Descriptor> holders;
  holders.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    ErrorCode error;
    holders.emplace_back(loop_);
    holders.back().assign(file, error);
    if (error) break;
  }
  for (Descriptor& holder : holders) {
    if (holder.is_open()) holder.release();
  }
  ::close(file);
}

}  // namespace taskgate::net
