#include "net/address.h"

namespace taskgate::net {
namespace {

asio::ip::address plain(const asio::ip::address& address) {
  if (!address.is_v6()) return address;
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
  return asio::ip::address_v6(v6.to_bytes());
}

}  // namespace

std::string text_of(const asio::ip::address& address) {
  return plain(address).to_string();
}

std::uint16_t port_on_loopback(const asio::ip::tcp::endpoint& listener) {
  const asio::ip::address at = plain(listener.address());
  const bool reached = at.is_unspecified() || at == asio::ip::address_v4::loopback();
  return reached ? listener.port() : std::uint16_t{0};
}

}  // namespace taskgate::net
