// The addresses that a host stands for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/task.h"

namespace taskgate::net {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;

// All of them, IPv4 and IPv6, in the order in which the system prefers them; never empty without an
// error. For a name it blocks for as long as the resolver is silent. Any thread.
Endpoints resolve(const std::string& host, std::uint16_t port, ErrorCode& error);

// The same without holding up the resolver's loop, which calls `done`; at once for an address.
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using Resolved = std::function<void(Endpoints, ErrorCode)>;
void resolve(Resolver& resolver, const std::string& host, std::uint16_t port, Resolved done);

}  // namespace taskgate::net
