#include "admin/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/intrusive/list.hpp>
#include <exception>
#include <map>
#include <stdexcept>
#include <thread>
#include <utility>

#include "admin/connection.h"
#include "admin/failure.h"
#include "base/task.h"
#include "net/accept_pause.h"
#include "net/listen.h"

namespace taskgate::admin {
namespace {

namespace intrusive = boost::intrusive;

// The connections that are no event streams in the order in which they came, which is that in
// which they expire.
using Connections = intrusive::list<Connection, intrusive::constant_time_size<false>>;

// Closes the oldest connection whose client keeps it waiting: one that says nothing before one that
// does not read. One whose request is whole is not closed: it is answered.
void close_one(Connections& connections) {
  for (const auto phase : {Connection::Phase::silent, Connection::Phase::writing}) {
    for (Connection& connection : connections) {
      if (connection.phase == phase && connection.socket.is_open()) return connection.close();
    }
  }
}

net::Acceptor listen(asio::io_context& loop, const config::Address& address) {
  net::Acceptor acceptor(loop);
  if (const ErrorCode error = net::listen(acceptor, address.host, address.port, {})) {
    throw std::runtime_error("cannot listen on " + config::to_string(address) +
                             " (admin): " + error.message());
  }
  return acceptor;
}

}  // namespace

struct Server::Impl {
  // Declared first, destroyed last: the connections' frames, which the loop's and the pools'
  // destructors destroy, use them.
  Sources sources;
  Limits limits;
  Connections connections;
  asio::io_context loop{1};
  // Answers that wait do so on these threads. Those that wait for a listing have threads of their
  // own, so that no number of them can hold up a probe.
  asio::thread_pool shallow{1};
  asio::thread_pool deep{2};
  std::map<const Endpoint*, Rounds> rounds;
  Streams streams;
  Services services{sources, rounds, streams};
  net::Acceptor acceptor;
  Timer expiry{loop};
  bool expiring = false;
  // Never goes off: it is cancelled when a connection has ended, or one might be closed.
  Timer room{loop, TimePoint::max()};
  std::thread thread;

  Impl(const config::Address& address, Sources given, Limits most)
      : sources(std::move(given)),
        limits(most),
        streams(loop, sources, limits.streams),
        acceptor(listen(loop, address)) {
    for (const Endpoint& endpoint : endpoints()) {
      if (endpoint.cost != Cost::shallow && endpoint.cost != Cost::deep) continue;
      rounds.try_emplace(&endpoint, loop, endpoint.cost == Cost::deep ? deep : shallow,
                         [this, &endpoint] { return answer_of(endpoint, sources); });
    }
  }
  ~Impl();

  void start();
  Task<> accept_all();
  Task<> make_room();
  Task<> carry(TcpSocket socket);
  void expire();
};

// The pools' destructors join their threads; no coroutine runs on one when the loop and the list
// go.
Server::Impl::~Impl() {
  loop.stop();
  if (thread.joinable()) thread.join();
}

void Server::Impl::start() {
  asio::co_spawn(loop, accept_all(), report_failure);
  thread = std::thread([this] { loop.run(); });
}

Task<> Server::Impl::accept_all() {
  net::AcceptPause pause(loop);
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(kTask);
    if (net::AcceptPause::is_due(error)) co_await pause.wait();
    if (error) continue;
    co_await make_room();
    const auto on_end = [this](std::exception_ptr failure) {
      room.cancel();
      report_failure(failure);
    };
    asio::co_spawn(loop, carry(std::move(socket)), on_end);
  }
}

// Where all that are there are being answered, which ends by itself, newcomers wait for it in the
// listen backlog.
Task<> Server::Impl::make_room() {
  while (connections.size() >= limits.connections) {
    close_one(connections);
    co_await room.async_wait(kTask);
  }
}

Task<> Server::Impl::carry(TcpSocket socket) {
  Connection connection(std::move(socket), Clock::now() + limits.lifetime, room);
  connections.push_back(connection);
  if (!expiring) expire();
  co_await serve(connection, services);
}

// Closes what has lived too long, and comes back when the next one has.
void Server::Impl::expire() {
  const TimePoint now = Clock::now();
  expiring = false;
  for (Connection& connection : connections) {
    if (connection.expires <= now) {
      connection.close();
      continue;
    }
    expiring = true;
    expiry.expires_at(connection.expires);
    return expiry.async_wait([this](ErrorCode error) {
      if (!error) expire();
    });
  }
}

Server::Server(const config::Address& address, Sources sources)
    : Server(address, std::move(sources), Limits{}) {}

Server::Server(const config::Address& address, Sources sources, Limits limits)
    : impl_(std::make_unique<Impl>(address, std::move(sources), limits)) {
  impl_->start();
}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return impl_->acceptor.local_endpoint().port();
}

}  // namespace taskgate::admin
