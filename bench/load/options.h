// The flags of the load program.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/flags.h"

namespace taskgate::bench {

using test::UsageError;

struct Options {
  std::string mode;
  std::uint16_t port = 0;  // of 127.0.0.1
  std::size_t connections = 1;
  double per_second = 0;  // requests or messages over all connections
  std::chrono::milliseconds duration{0};
  std::string method = "GET";
  std::string path = "/";
  std::string body;
  int status = 200;         // that every answer must have
  std::uint64_t bytes = 0;  // of a transfer
  bool help = false;
};

// Reads `MODE --name value ...`. Throws UsageError.
Options parse_options(const std::vector<std::string>& arguments);

// What --help prints.
std::string usage();

}  // namespace taskgate::bench
