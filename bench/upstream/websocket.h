// The handshake of RFC 6455, as far as a server must answer it.
#pragma once

#include <string>
#include <string_view>

namespace taskgate::bench {

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, 4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace taskgate::bench
