#include "common/descriptors.h"

#include <sys/resource.h>

#include <stdexcept>
#include <string>

namespace taskgate::bench {
namespace {

constexpr std::size_t kOwn = 32;  // standard streams, the loop, the listener

}  // namespace

void have_descriptors_for(std::size_t connections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (connections + kOwn <= limit.rlim_max) return;
  throw std::runtime_error(std::to_string(connections) +
                           " connections do not fit into the hard limit of " +
                           std::to_string(limit.rlim_max) + " open files (ulimit -Hn)");
}

}  // namespace taskgate::bench
