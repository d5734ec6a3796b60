#include "proxy/upstream.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <stdexcept>

namespace taskgate::proxy {
namespace {

using observe::UpstreamError;

UpstreamError connect_error(const Stream& stream, ErrorCode error) {
  if (stream.fault() == StreamFault::timeout) return UpstreamError::connect_timeout;
  switch (error.value()) {
    case ECONNREFUSED:
      return UpstreamError::connect_refused;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:  // every local port is in use
      return UpstreamError::out_of_resources;
    default:
      return UpstreamError::connect_failed;
  }
}

// Begins to connect or, called again, asks how far it has come: the first upstream shares our
// loopback interface, where the second call already finds the connection made. Waiting for that
// through the loop would cost a round of it and three system calls more.
ErrorCode try_connect(TcpSocket& socket, const asio::ip::tcp::endpoint& endpoint) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::connect(socket.native_handle(), endpoint.data(),
                  static_cast<socklen_t>(endpoint.size())) == 0) {
      return {};
    }
    if (errno != EINPROGRESS) break;
  }
  return {errno, boost::system::system_category()};
}

bool is_under_way(ErrorCode error) {
  return error.value() == EALREADY || error.value() == EINPROGRESS;
}

}  // namespace

asio::ip::tcp::endpoint resolve(asio::io_context& loop, const config::Address& address) {
  ErrorCode error;
  const auto literal = asio::ip::make_address(address.host, error);
  if (!error) return {literal, address.port};
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(loop);
  const auto found = resolver.resolve(address.host, std::to_string(address.port), error);
  if (error || found.empty()) {
    throw std::runtime_error("cannot resolve '" + address.host + "': " + error.message());
  }
  return found.begin()->endpoint();
}

Upstream::Upstream(asio::io_context& loop, const config::Config& config,
                   const Descriptors& descriptors, Deadlines& deadlines, ClientWatch& watch,
                   net::Peers& peers, observe::UpstreamCounts& counts)
    : descriptors_(descriptors),
      endpoint_(resolve(loop, config.upstream)),
      peers_(peers),
      pacer_(loop, endpoint_),
      counts_(counts),
      pool_(deadlines, watch, descriptors, counts) {
  pool_.set_limit(config.timeouts.upstream_keep_alive);
}

void Upstream::set_address(const config::Address& address) {
  asio::io_context resolving;
  endpoint_ = resolve(resolving, address);
  pacer_.set_upstream(endpoint_);
  pool_.renew();
}

Task<std::optional<UpstreamError>> Upstream::connect(Stream& stream, Pacer::Token& token,
                                                     Duration limit) {
  if (!descriptors_.cover_requests()) co_return UpstreamError::out_of_resources;
  pool_.make_room();
  const TimePoint deadline = limit == Duration::zero() ? TimePoint::max() : Clock::now() + limit;
  const bool granted = co_await pacer_.acquire(token, deadline);
  if (!granted) co_return UpstreamError::connect_timeout;
  if (stream.interrupted()) co_return UpstreamError::connect_failed;
  if (limit != Duration::zero()) {
    stream.deadline().set(
        std::max<Duration>(deadline - Clock::now(), std::chrono::milliseconds(1)));
  }
  ErrorCode error;
  stream.socket().open(endpoint_.protocol(), error);
  if (!error) stream.socket().non_blocking(true, error);
  // The loopback has no other end that could be lost.
  const bool may_vanish = !endpoint_.address().is_loopback();
  if (!error && may_vanish) peers_.probe(stream.socket().native_handle());
  if (!error) error = try_connect(stream.socket(), endpoint_);
  while (is_under_way(error)) {
    const auto [failed] = co_await stream.socket().async_wait(TcpSocket::wait_write, kTask);
    error = failed ? failed : try_connect(stream.socket(), endpoint_);
  }
  if (error) {
    stream.note(error);
    token.release();
    co_return connect_error(stream, error);
  }
  if (may_vanish) peers_.watch(stream.socket().native_handle());
  ++counts_.fresh;
  stream.deadline().clear();
  co_return std::nullopt;
}

}  // namespace taskgate::proxy
