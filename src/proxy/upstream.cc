#include "proxy/upstream.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "net/address.h"

namespace taskgate::proxy {
namespace {

using observe::UpstreamError;

UpstreamError connect_error(const Peer& peer, ErrorCode error) {
  if (peer.fault() == PeerFault::timeout) return UpstreamError::connect_timeout;
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

net::Endpoints resolve_at_start(const config::Address& address) {
  ErrorCode error;
  net::Endpoints found = net::resolve(address.host, address.port, error);
  if (!error) return found;
  throw std::runtime_error("cannot resolve '" + address.host + "': " + error.message());
}

}  // namespace

Upstream::Upstream(asio::io_context& loop, const config::Config& config,
                   const Descriptors& descriptors, net::Deadlines& deadlines,
                   net::HangupWatch& watch, net::Peers& peers, observe::UpstreamCounts& counts)
    : loop_(loop),
      descriptors_(descriptors),
      address_(config.upstream),
      endpoints_(resolve_at_start(address_)),
      resolver_(loop),
      peers_(peers),
      pacer_(loop, endpoints_.front()),
      counts_(counts),
      pool_(deadlines, watch, descriptors, counts) {
  pool_.set_limit(config.timeouts.upstream_keep_alive);
}

void Upstream::set_address(const config::Address& address) {
  const auto take = [this, address, lookup = ++lookup_](net::Endpoints found, ErrorCode error) {
    if (lookup != lookup_) return;
    if (!error) return set_endpoints(address, std::move(found));
    log::error("upstream_unresolved")
        .field("upstream", config::to_string(address))
        .field("reason", error.message())
        .field("in_use", text())
        .field("detail",
               "the addresses so far stay in use: check the name and the resolver, then reload");
  };
  net::resolve(resolver_, address.host, address.port, take);
}

void Upstream::set_endpoints(const config::Address& address, net::Endpoints endpoints) {
  address_ = address;
  // Resolvers turn the order round each time.
  if (std::ranges::is_permutation(endpoints, endpoints_)) return;
  endpoints_ = std::move(endpoints);
  pacer_.set_upstream(endpoints_.front());
  pool_.begin_generation();
}

std::string Upstream::text() const {
  std::string tried;
  for (const Endpoint& endpoint : endpoints_) {
    if (!tried.empty()) tried += ", ";
    tried += config::to_string({net::text_of(endpoint.address()), endpoint.port()});
  }
  const std::string configured = config::to_string(address_);
  return tried == configured ? configured : configured + " (" + tried + ")";
}

Task<std::optional<UpstreamError>> Upstream::connect(Peer& peer, net::Pacer::Token& token,
                                                     Duration limit) {
  if (!descriptors_.cover_requests()) co_return UpstreamError::out_of_resources;
  pool_.make_room();
  const TimePoint now = Clock::now();
  const TimePoint deadline = limit == Duration::zero() ? TimePoint::max() : now + limit;
  bool granted = pacer_.take(token, now);
  if (!granted) granted = co_await pacer_.acquire(token, deadline);
  if (!granted) co_return UpstreamError::connect_timeout;
  Endpoint endpoint = endpoints_.front();
  std::size_t left = endpoints_.size();
  net::Endpoints others;  // that are left when the first one has failed
  std::optional<UpstreamError> failed;
  while (!peer.interrupted()) {
    peer.deadline().clear();
    ErrorCode error = begin(peer, endpoint);
    if (is_under_way(error) && limit != Duration::zero()) {
      const Duration share = (deadline - Clock::now()) / static_cast<int>(left);
      peer.deadline().set(std::max<Duration>(share, std::chrono::milliseconds(1)));
    }
    while (is_under_way(error)) {
      const auto [broken] = co_await peer.socket().async_wait(TcpSocket::wait_write, kTask);
      error = broken ? broken : try_connect(peer.socket(), endpoint);
    }
    if (!error) {
      connected(peer, endpoint);
      co_return std::nullopt;
    }
    peer.note(error);
    if (!failed) others = all_but(endpoint);
    // They are in the order of how much they say: where one refused, the host is there.
    const UpstreamError why = connect_error(peer, error);
    failed = std::min(failed.value_or(why), why);
    left = others.size();
    if (left == 0) break;
    endpoint = others.front();
    others.erase(others.begin());
    peer.replace(TcpSocket(loop_));
  }
  token.release();
  co_return failed.value_or(UpstreamError::connect_failed);
}

net::Endpoints Upstream::all_but(const Endpoint& endpoint) const {
  net::Endpoints others;
  std::ranges::remove_copy(endpoints_, std::back_inserter(others), endpoint);
  return others;
}

// The loopback has no other end that could be lost.
ErrorCode Upstream::begin(Peer& peer, const Endpoint& endpoint) {
  ErrorCode error;
  peer.socket().open(endpoint.protocol(), error);
  if (!error) peer.socket().non_blocking(true, error);
  if (error) return error;
  if (!endpoint.address().is_loopback()) peers_.probe(peer.socket().native_handle());
  return try_connect(peer.socket(), endpoint);
}

void Upstream::connected(Peer& peer, const Endpoint& endpoint) {
  if (!endpoint.address().is_loopback()) peers_.watch(peer.socket().native_handle());
  ++counts_.fresh;
  peer.deadline().clear();
  const auto place = std::ranges::find(endpoints_, endpoint);
  if (place == endpoints_.begin() || place == endpoints_.end()) return;
  std::rotate(endpoints_.begin(), place, place + 1);
  pacer_.set_upstream(endpoint);
}

}  // namespace taskgate::proxy
