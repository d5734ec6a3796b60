#include "proxy/upstream.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/error.h"
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
  return last_error();
}

bool is_under_way(ErrorCode error) {
  return error.value() == EALREADY || error.value() == EINPROGRESS;
}

// Requests that come before the first answer fail, so the gate does not listen before it, unless it
// takes so long that probes would.
constexpr Duration kFirstAnswer = std::chrono::seconds(1);

}  // namespace

Upstream::Upstream(asio::io_context& loop, const config::Config& config,
                   const Descriptors& descriptors, net::Deadlines& deadlines,
                   net::HangupWatch& watch, net::VanishedPeers& vanished_peers,
                   observe::UpstreamCounts& counts, net::NameLookup::Pauses pauses)
    : loop_(loop),
      descriptors_(descriptors),
      address_(config.upstream),
      wanted_(config.upstream),
      resolver_(loop),
      lookup_(
          loop,
          [this](const std::string& host, std::uint16_t port, const net::Resolved& done) {
            resolver_.resolve(host, port, done);
          },
          [this](net::Endpoints found, ErrorCode error) { looked_up(std::move(found), error); },
          pauses),
      vanished_peers_(vanished_peers),
      pacer_(loop, {}),
      counts_(counts),
      pool_(deadlines, watch, descriptors, counts) {
  pool_.set_limit(config.timeouts.upstream_keep_alive);
  lookup_.set(wanted_.host, wanted_.port);
  resolver_.wait(kFirstAnswer);
}

void Upstream::set_address(const config::Address& address) {
  wanted_ = address;
  lookup_.set(address.host, address.port);
}

void Upstream::looked_up(net::Endpoints found, ErrorCode error) {
  if (error) return tell_unresolved(error);
  const bool has_others = set_endpoints(wanted_, std::move(found));
  if (std::exchange(unresolved_, std::nullopt) || has_others)
    log::info("upstream_resolved").field("upstream", text());
}

void Upstream::tell_unresolved(ErrorCode error) {
  if (std::exchange(unresolved_, wanted_) == wanted_) return;
  const bool has_addresses = !endpoints_.empty();
  log::error("upstream_unresolved")
      .field("upstream", config::to_string(wanted_))
      .field("reason", error.message())
      .field("in_use", has_addresses ? text() : "none")
      .field("detail",
             has_addresses
                 ? "the addresses so far stay in use as they are, and the name is asked for "
                   "again every few seconds: check it and the resolver"
                 : "all that is forwarded is answered with 502 until the name, which is "
                   "asked for again every few seconds, has an address: check it and the "
                   "resolver");
}

bool Upstream::set_endpoints(const config::Address& address, net::Endpoints endpoints) {
  const bool is_same = address == address_;
  if (!is_same) {
    recent_.clear();
    minor_version_.reset();
  }
  address_ = address;
  const auto change = recent_.take(endpoints);
  const net::Endpoints before = std::exchange(endpoints_, std::move(endpoints));
  const bool keeps_front = is_same && !before.empty() && bring_to_front(before.front());
  if (!keeps_front) pacer_.set_upstream(endpoints_.front());
  if (change.added || change.forgotten) pool_.begin_generation();
  return change.added && !before.empty();
}

bool Upstream::bring_to_front(const Endpoint& endpoint) {
  const auto place = std::ranges::find(endpoints_, endpoint);
  if (place == endpoints_.end()) return false;
  std::rotate(endpoints_.begin(), place, place + 1);
  return true;
}

std::string Upstream::text() const {
  const std::string configured = config::to_string(address_);
  if (endpoints_.empty()) return configured + " (not resolved)";
  std::string tried;
  for (const Endpoint& endpoint : endpoints_) {
    if (!tried.empty()) tried += ", ";
    tried += config::to_string({net::text_of(endpoint.address()), endpoint.port()});
  }
  return tried == configured ? configured : configured + " (" + tried + ")";
}

std::optional<ErrorCode> Upstream::begin(Peer& peer, net::Pacer::Token& token) {
  if (!descriptors_.cover_requests()) return std::nullopt;
  pool_.make_room();
  const TimePoint now = Clock::now();
  lookup_.use(now);
  if (endpoints_.empty() || !pacer_.take(token, now)) return std::nullopt;
  const ErrorCode error = begin_at(peer, endpoints_.front());
  if (!error) connected(peer, endpoints_.front());
  return error;
}

Task<std::optional<UpstreamError>> Upstream::connect(Peer& peer, net::Pacer::Token& token,
                                                     Duration limit,
                                                     std::optional<ErrorCode> begun) {
  if (!begun) begun = begin(peer, token);
  if (begun == ErrorCode()) co_return std::nullopt;
  if (!begun && !descriptors_.cover_requests()) co_return UpstreamError::out_of_resources;
  if (endpoints_.empty()) co_return UpstreamError::unresolved;
  const TimePoint now = Clock::now();
  const TimePoint deadline = limit == Duration::zero() ? TimePoint::max() : now + limit;
  bool granted = begun.has_value();
  if (!granted) granted = co_await pacer_.acquire(token, deadline);
  if (!granted) co_return UpstreamError::connect_timeout;
  Endpoint endpoint = endpoints_.front();
  std::size_t left = endpoints_.size();
  net::Endpoints others;  // that are left when the first one has failed
  std::optional<UpstreamError> failed;
  while (!peer.interrupted()) {
    peer.deadline().clear();
    ErrorCode error = begun ? *begun : begin_at(peer, endpoint);
    begun.reset();
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
    // UpstreamError has its values in the order of how much they say: where one address refused,
    // the host is there.
    const UpstreamError why = connect_error(peer, error);
    failed = std::min(failed.value_or(why), why);
    left = others.size();
    if (left == 0) {
      lookup_.failed(Clock::now());
      break;
    }
    endpoint = others.front();
    others.erase(others.begin());
    peer.replace(TcpSocket(loop_));
  }
  token.release();
  co_return failed.value_or(UpstreamError::connect_failed);
}

std::optional<TcpSocket> Upstream::reuse() {
  lookup_.use(Clock::now());
  return pool_.take();
}

net::Endpoints Upstream::all_but(const Endpoint& endpoint) const {
  net::Endpoints others;
  std::ranges::remove_copy(endpoints_, std::back_inserter(others), endpoint);
  return others;
}

// The loopback has no other end that could be lost.
ErrorCode Upstream::begin_at(Peer& peer, const Endpoint& endpoint) {
  ErrorCode error;
  peer.socket().open(endpoint.protocol(), error);
  if (!error) peer.socket().non_blocking(true, error);
  if (error) return error;
  if (!endpoint.address().is_loopback()) vanished_peers_.probe(peer.socket().native_handle());
  return try_connect(peer.socket(), endpoint);
}

void Upstream::connected(Peer& peer, const Endpoint& endpoint) {
  if (!endpoint.address().is_loopback()) vanished_peers_.watch(peer.socket().native_handle());
  ++counts_.fresh;
  peer.deadline().clear();
  if (endpoint != endpoints_.front() && bring_to_front(endpoint)) pacer_.set_upstream(endpoint);
}

}  // namespace taskgate::proxy
