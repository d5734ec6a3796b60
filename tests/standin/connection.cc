#include "standin/connection.h"

#include <cstdio>

#include "standin/dispatch.h"

namespace taskgate::standin {
namespace {

// True when the socket is kept for another request.
bool serve_request(Server& server, Stream& stream) {
  Request request;
  const Reading reading = read_request(stream, request);
  if (reading == Reading::nothing) return false;
  ++server.counters.requests;
  Reply reply(stream, request);
  if (reading == Reading::line_too_long) {
    reply.error_page(431, "Line too long", "got more than 65536 bytes when reading header line");
    return false;
  }
  if (reading == Reading::too_many_headers) {
    reply.error_page(431, "Too many headers", "got more than 100 headers");
    return false;
  }
  Exchange exchange{server, stream, request, parse_target(request), reply};
  dispatch(exchange);
  return reply.keeps_socket();
}

}  // namespace

void serve_connection(Server& server, test::Fd socket) {
  try {
    Stream stream(std::move(socket));
    while (serve_request(server, stream)) {
    }
  } catch (const Disconnected&) {
    // As upstream: the thread ends, and nothing is said.
  } catch (const std::exception& error) {
    std::fprintf(stderr, "request failed: %s\n", error.what());
  }
  --server.counters.open;
}

}  // namespace taskgate::standin
