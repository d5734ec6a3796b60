// The addresses that a host stands for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/task.h"

namespace taskgate::net {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;

// All of them, IPv4 and IPv6, in the order in which the system prefers them; never empty without an
// error. For a name it blocks for as long as the resolver is silent. Any thread.
Endpoints resolve(const std::string& host, std::uint16_t port, ErrorCode& error);

}  // namespace taskgate::net
