// The upstream as the proxy knows it: where it is, how fast it accepts, which HTTP version it
// speaks. Loop thread only.
#pragma once

#include <optional>
#include <string>

#include "config/config.h"
#include "net/name_lookup.h"
#include "net/pacer.h"
#include "net/recent_addresses.h"
#include "net/vanished_peers.h"
#include "observe/outcome.h"
#include "proxy/descriptors.h"
#include "proxy/peer.h"
#include "proxy/upstream_pool.h"

namespace taskgate::proxy {

class Upstream {
 public:
  // Looks the address up. Name servers that are silent hold it up for a second at most; then there
  // is no address for now.
  Upstream(asio::io_context& loop, const config::Config& config, const Descriptors& descriptors,
           net::Deadlines& deadlines, net::HangupWatch& watch, net::VanishedPeers& vanished_peers,
           observe::UpstreamCounts& counts, net::NameLookup::Pauses pauses = {});

  // Looks the address up without holding up the loop, a name again and again. Until an answer comes
  // the addresses so far stay in use, and longer where it is an error, which is logged.
  void set_address(const config::Address& address);
  bool looks_up() const { return lookup_.under_way(); }
  // What `address` stands for; not empty. The address of the last connect stays the first one that
  // is tried while the same name has it. True: one of them was not known, and others were.
  bool set_endpoints(const config::Address& address, net::Endpoints endpoints);
  // For the log: the address, and what its name stands for in the order in which it is tried, if
  // that is known.
  std::string text() const;

  // Connects `peer`, whose socket is not open yet, within `limit` (0: none), pacing included. All
  // that the upstream's name stands for is tried in turn, beginning with what took the last
  // connection; each has an equal share of the time that is left.
  // `token` is held until the upstream has answered. A peer that was interrupted meanwhile is not
  // connected any more.
  // `begun`: what begin() has given.
  Task<std::optional<observe::UpstreamError>> connect(Peer& peer, net::Pacer::Token& token,
                                                      Duration limit,
                                                      std::optional<ErrorCode> begun = {});
  // The first step of it, without a coroutine: mostly, on the loopback, it is the only one, and
  // there is no error. Nothing: it cannot be made, or not yet.
  std::optional<ErrorCode> begin(Peer& peer, net::Pacer::Token& token);

  // A connection that an earlier request has left, as UpstreamPool::take() says.
  std::optional<TcpSocket> reuse();

  // How many requests wait until they may connect.
  std::size_t waiting() const { return pacer_.waiting(); }

  // Its connections that wait for the next request.
  UpstreamPool& pool() { return pool_; }

  // Whether its last answer was HTTP/1.0: such a server never sends 100 (Continue).
  bool speaks_http10() const { return minor_version_ == 0; }
  void saw_version(int minor_version) { minor_version_ = minor_version; }
  // Whether a request says that its connection will carry no other one (RFC 9112 section 9.6): the
  // upstream then closes first, and has the TIME_WAIT. An HTTP/1.0 one closes unasked, and may have
  // a limit on the lines of a head.
  bool wants_close(bool shares_connection) const {
    return minor_version_ == 1 && !(shares_connection && pool_.generation());
  }

 private:
  using Endpoint = asio::ip::tcp::endpoint;

  void looked_up(net::Endpoints found, ErrorCode error);
  void tell_unresolved(ErrorCode error);
  ErrorCode begin_at(Peer& peer, const Endpoint& endpoint);
  void connected(Peer& peer, const Endpoint& endpoint);
  // False: it is none of them.
  bool bring_to_front(const Endpoint& endpoint);
  net::Endpoints all_but(const Endpoint& endpoint) const;

  asio::io_context& loop_;
  const Descriptors& descriptors_;
  config::Address address_;  // in use
  config::Address wanted_;   // asked for
  net::RecentAddresses recent_;
  net::Endpoints endpoints_;  // what took the last connection first; empty: none is known yet
  std::optional<config::Address> unresolved_;  // looked up in vain last, which has been told
  net::Resolver resolver_;
  net::NameLookup lookup_;
  net::VanishedPeers& vanished_peers_;
  net::Pacer pacer_;
  observe::UpstreamCounts& counts_;
  UpstreamPool pool_;
  std::optional<int> minor_version_;  // of its last answer
};

}  // namespace taskgate::proxy
