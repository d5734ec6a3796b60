// The kinds of load that there are, one file each.
#pragma once

#include <memory>

#include "load/load.h"

namespace taskgate::bench {

std::unique_ptr<Load> make_requests(const Options& options, Executor executor);
std::unique_ptr<Load> make_streams(const Options& options, Executor executor);
std::unique_ptr<Load> make_tunnels(const Options& options, Executor executor);
std::unique_ptr<Load> make_transfers(const Options& options, Executor executor);

}  // namespace taskgate::bench
