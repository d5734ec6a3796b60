#include "net/resolve.h"

namespace taskgate::net {

Endpoints resolve(const std::string& host, std::uint16_t port, ErrorCode& error) {
  const auto literal = asio::ip::make_address(host, error);
  if (!error) return {{literal, port}};
  asio::io_context loop;
  asio::ip::tcp::resolver resolver(loop);
  Endpoints found;
  for (const auto& entry : resolver.resolve(host, std::to_string(port), error)) {
    found.push_back(entry.endpoint());
  }
  if (!error && found.empty()) error = asio::error::host_not_found;
  return found;
}

}  // namespace taskgate::net
