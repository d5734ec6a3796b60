// The peers of cpp-httplib: a client and an upstream. What they speak with the suite is told in
// docs/interop.md.

#include "interop/httplib/peers.h"

#include <httplib.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace taskgate::interop {

namespace {

// Its length is a prime: a buffer that is lost or doubled shifts it.
constexpr std::string_view kPattern = "0123456789abcdefghijklmnopqrstuvwxyz\n";

}  // namespace

std::string body(std::size_t size) {
  std::string text(size, '\0');
  std::size_t at = 0;
  std::ranges::generate(text, [&] { return kPattern[at++ % kPattern.size()]; });
  return text;
}

bool is_intact(const std::string& data) {
  return data == body(data.size());
}

}  // namespace taskgate::interop

int main(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "client") {
    taskgate::interop::serve_orders();
    return 0;
  }
  if (word == "upstream") {
    // A thread for each connection; enough for many clients.
    taskgate::interop::serve_upstream(argc > 2 ? std::stoul(argv[2]) : 64);
    return 0;
  }
  if (word == "version") {
    std::puts(CPPHTTPLIB_VERSION);
    return 0;
  }
  std::fputs("usage: interop_httplib client|upstream [THREADS]|version\n", stderr);
  return 64;
}
