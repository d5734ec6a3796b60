// The upstream as the proxy knows it: where it is, how fast it accepts, which HTTP version it
// speaks. Loop thread only.
#pragma once

#include <optional>

#include "config/config.h"
#include "net/peers.h"
#include "observe/outcome.h"
#include "proxy/descriptors.h"
#include "proxy/pacer.h"
#include "proxy/stream.h"
#include "proxy/upstream_pool.h"

namespace taskgate::proxy {

class Upstream {
 public:
  // Resolves the address; throws std::runtime_error when that fails.
  Upstream(asio::io_context& loop, const config::Config& config, const Descriptors& descriptors,
           Deadlines& deadlines, ClientWatch& watch, net::Peers& peers,
           observe::UpstreamCounts& counts);

  void set_address(const config::Address& address);

  // Connects `stream`, whose socket is not open yet, within `limit` (0: none), pacing included.
  // `token` is held until the upstream has answered. A stream that was interrupted meanwhile is not
  // connected any more.
  Task<std::optional<observe::UpstreamError>> connect(Stream& stream, Pacer::Token& token,
                                                      Duration limit);

  // Its connections that wait for the next request.
  UpstreamPool& pool() { return pool_; }

  // Whether its last answer was HTTP/1.0: such a server never sends 100 (Continue).
  bool speaks_http10() const { return minor_version_ == 0; }
  void saw_version(int minor_version) { minor_version_ = minor_version; }
  // Whether a request says that its connection will carry no other one (RFC 9112 section 9.6): the
  // upstream then closes first, and has the TIME_WAIT. An HTTP/1.0 one closes unasked, and may have
  // a limit on the lines of a head.
  bool wants_close(bool shares_connection) const {
    return minor_version_ == 1 && !(shares_connection && pool_.era());
  }

 private:
  const Descriptors& descriptors_;
  asio::ip::tcp::endpoint endpoint_;
  net::Peers& peers_;
  Pacer pacer_;
  observe::UpstreamCounts& counts_;
  UpstreamPool pool_;
  std::optional<int> minor_version_;  // of its last answer
};

// The first address of a host and port, for listening or connecting; throws std::runtime_error with
// the reason.
asio::ip::tcp::endpoint resolve(asio::io_context& loop, const config::Address& address);

}  // namespace taskgate::proxy
