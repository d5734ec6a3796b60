#include "proxy/clients.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <utility>

#include "base/log.h"

namespace taskgate::proxy {

void Clients::begin(TcpSocket socket, Arrival arrival) {
  ++open_;
  asio::co_spawn(services_.loop, serve(std::move(socket), arrival), asio::detached);
}

void Clients::unpark(int descriptor, const asio::ip::tcp& protocol) {
  TcpSocket socket(services_.loop);
  ErrorCode error;
  socket.assign(protocol, descriptor, error);
  if (error) {  // no memory to wait for it
    ::close(descriptor);
  } else {
    begin(std::move(socket), Arrival::unparked);
  }
}

Task<> Clients::serve(TcpSocket socket, Arrival arrival) {
  try {
    Connection connection(services_, std::move(socket), arrival == Arrival::unparked);
    connections_.push_back(connection);
    services_.upstream.pool().make_room();
    co_await connection.serve();
  } catch (const std::exception& failure) {
    services_.warnings.connection_failed(failure.what(), Clock::now());
  }
  --open_;
  on_end_();
}

std::size_t Clients::limit() const {
  return std::min<std::size_t>(services_.config->limits.connections,
                               services_.descriptors.shares().clients);
}

std::size_t Clients::limit_now() const {
  return std::min(limit(), count() + services_.descriptors.spare());
}

const char* Clients::why_no_more() {
  if (count() >= limit() || !services_.descriptors.has_room()) {
    return "as many connections as are allowed";
  }
  return services_.held.overdrawn() ? "as much is held for clients as is allowed" : nullptr;
}

void Clients::warn_if_descriptors_are_short() const {
  const std::size_t wanted = services_.config->limits.connections;
  if (services_.descriptors.suffice_for(wanted)) return;
  log::warning("descriptors_short")
      .field("connections", wanted)
      .field("possible", limit())
      .field("with_requests", services_.descriptors.shares().connections / 2)
      .field("descriptors", services_.descriptors.shares().limit)
      .field("detail",
             "a connection needs a second descriptor while it has a request, and not all of "
             "limits.connections can have one at once: raise the limit of open files (ulimit -Hn) "
             "or lower limits.connections");
}

bool Clients::read_heads() const {
  return std::ranges::any_of(connections_, &Connection::reads_head);
}

void Clients::add_relayed(observe::ByteCounts& to) const {
  for (const Connection& connection : connections_) connection.add_relayed(to);
}

void Clients::end_silent() {
  for (Connection& connection : connections_) connection.end_if_silent();
  services_.parking.close_all();
}

void Clients::cut() {
  services_.parking.close_all();
  for (Connection& connection : connections_) connection.interrupt();
}

}  // namespace taskgate::proxy
