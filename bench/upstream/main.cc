// bench_upstream: what nginx cannot be as the upstream of a benchmark: stamped events, an echoing
// WebSocket, sinks for uploads and tunnels, generated downloads. Says its port, and runs until it
// is ended.

#include <sys/prctl.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <exception>

#include "common/descriptors.h"
#include "upstream/server.h"

namespace {

constexpr std::size_t kCrowd = 4096;

void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

int main() {
  using namespace taskgate;
  try {
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    bench::have_descriptors_for(kCrowd);
    asio::io_context loop(1);
    bench::Acceptor acceptor = bench::listen(loop.get_executor());
    std::printf("listening on 127.0.0.1:%d\n", int{acceptor.local_endpoint().port()});
    std::fflush(stdout);
    asio::co_spawn(loop.get_executor(), bench::serve(acceptor), rethrow);
    loop.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_upstream: %s\n", error.what());
    return 1;
  }
}
