// What the upstream answers to one request. Each is a coroutine that ends with its answer; what
// fails throws. `pending` holds bytes that were read behind the request's head.
#pragma once

#include <cstdint>
#include <string>

#include "common/throwing.h"
#include "upstream/request.h"

namespace taskgate::bench {

// /small: 200 bytes, and the connection stays open for more.
Task<> answer_small(TcpSocket& socket);
// /sink: reads the body, and says 200 when all of it was there.
Task<> answer_sink(TcpSocket& socket, const Request& request, std::string& pending);
// /bytes/N: a body of N bytes, made as it is sent.
Task<> answer_bytes(TcpSocket& socket, std::uint64_t count);
// /events/RATE: server-sent events, RATE a second, until the client leaves; none for 0.
Task<> answer_events(TcpSocket& socket, std::uint64_t per_second);
// /echo: a WebSocket that sends each message back, until the client leaves.
Task<> answer_echo(TcpSocket& socket, const Request& request, std::string& pending);
// /tunnel/sink/N: switches protocols, reads N bytes, and says with one byte that it has.
Task<> answer_tunnel_sink(TcpSocket& socket, const Request& request, std::uint64_t count);
// /tunnel/bytes/N: switches protocols, and sends N bytes.
Task<> answer_tunnel_bytes(TcpSocket& socket, const Request& request, std::uint64_t count);
// /silence, and creates: nothing, until the client leaves.
Task<> answer_nothing(TcpSocket& socket);
// Any other: 404.
Task<> answer_missing(TcpSocket& socket);

// The 101 with which a tunnel begins.
Task<> switch_protocols(TcpSocket& socket, const Request& request);

}  // namespace taskgate::bench
