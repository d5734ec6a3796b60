#include "proxy/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace taskgate::proxy {
namespace {

// Standard streams, loops, listeners, signals: some 15; the rest is for listings, a reload, a look
// at the upstream's accept queue.
constexpr std::size_t kOwn = 32;
constexpr std::size_t kAdminAtMost = 128;
// With what a pipe can hold, 8 MiB of the kernel's memory.
constexpr std::size_t kPipesAtMost = 32;

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<std::size_t>(limit.rlim_cur);
}

DescriptorShares share_descriptors(std::size_t limit) {
  DescriptorShares shares{.limit = limit};
  shares.admin = std::clamp<std::size_t>(limit / 8, 1, kAdminAtMost);
  shares.pipes = std::min(limit / 128, kPipesAtMost);
  const std::size_t kept = kOwn + shares.admin + 2 * shares.pipes;
  shares.connections = limit > kept ? limit - kept : 0;
  // Even the smallest share carries one request.
  shares.connections = std::max<std::size_t>(shares.connections, 2);
  shares.clients = std::max<std::size_t>(shares.connections * 2 / 3, 1);
  return shares;
}

}  // namespace taskgate::proxy
