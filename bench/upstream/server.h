// Accepts connections and answers their requests, each connection a coroutine.
#pragma once

#include <cstdint>

#include "common/throwing.h"

namespace taskgate::bench {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

// Listens on a free port of 127.0.0.1.
Acceptor listen(Executor executor);

// Does not end. `acceptor` outlives it.
Task<> serve(Acceptor& acceptor);

}  // namespace taskgate::bench
