#include "net/reactor_records.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <vector>

namespace taskgate::net {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

// Some ten pages of records.
constexpr std::size_t kBatch = 256;

}  // namespace

// One folder stands for all of them: epoll takes none, and Asio makes a record all the same.
void ReactorRecords::make() {
  made_ += kBatch;
  const int file = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  std::vector<Descriptor> holders;
  holders.reserve(kBatch);
  for (std::size_t i = 0; i < kBatch; ++i) {
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
