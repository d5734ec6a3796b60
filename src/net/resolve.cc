#include "net/resolve.h"

#include <utility>

namespace taskgate::net {
namespace {

Endpoints endpoints_of(const Resolver::results_type& results, ErrorCode& error) {
  Endpoints found;
  for (const auto& entry : results) found.push_back(entry.endpoint());
  if (!error && found.empty()) error = asio::error::host_not_found;
  return found;
}

}  // namespace

Endpoints resolve(const std::string& host, std::uint16_t port, ErrorCode& error) {
  const auto literal = asio::ip::make_address(host, error);
  if (!error) return {{literal, port}};
  asio::io_context loop;
  Resolver resolver(loop);
  const auto results = resolver.resolve(host, std::to_string(port), error);
  return endpoints_of(results, error);
}

void resolve(Resolver& resolver, const std::string& host, std::uint16_t port, Resolved done) {
  ErrorCode is_name;
  const auto literal = asio::ip::make_address(host, is_name);
  if (!is_name) return done({{literal, port}}, {});
  resolver.async_resolve(
      host, std::to_string(port),
      [done = std::move(done)](ErrorCode error, const Resolver::results_type& results) {
        Endpoints found = endpoints_of(results, error);
        done(std::move(found), error);
      });
}

}  // namespace taskgate::net
