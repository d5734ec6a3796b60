#include "net/listen.h"

#include <boost/asio/ip/v6_only.hpp>

namespace taskgate::net {
namespace {

using asio::ip::tcp;

// The kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 4096;

ErrorCode listen_at(Acceptor& acceptor, const tcp::endpoint& endpoint, const ProbeTimes& probes) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  // Those that are accepted inherit it: small writes go out before earlier ones are acknowledged.
  if (!error) acceptor.set_option(tcp::no_delay(true), error);
  if (!error) acceptor.non_blocking(true, error);
  // Else Asio's accept() would wait for the next client in place of one that has left.
  if (!error) acceptor.set_option(asio::socket_base::enable_connection_aborted(true), error);
  if (!error) set_probes(acceptor.native_handle(), probes);
  if (!error) acceptor.listen(kBacklog, error);
  ErrorCode ignored;
  if (error) acceptor.close(ignored);
  return error;
}

// Only such an error: a port that somebody has on IPv6 must not be taken on IPv4 alone.
bool says_no_ipv6(ErrorCode error) {
  return error == asio::error::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

}  // namespace

ErrorCode listen(Acceptor& acceptor, const Endpoints& any_of, const ProbeTimes& probes) {
  ErrorCode first;
  for (const tcp::endpoint& endpoint : any_of) {
    ErrorCode error = listen_at(acceptor, endpoint, probes);
    if (endpoint.address() == asio::ip::address_v6::any() && says_no_ipv6(error)) {
      error = listen_at(acceptor, {tcp::v4(), endpoint.port()}, probes);
    }
    if (!error) return error;
    if (!first) first = error;
  }
  return first;
}

ErrorCode listen(Acceptor& acceptor, const std::string& host, std::uint16_t port,
                 const ProbeTimes& probes) {
  ErrorCode unknown;
  const Endpoints any_of = resolve(host, port, unknown);
  return unknown ? unknown : listen(acceptor, any_of, probes);
}

}  // namespace taskgate::net
