#include "load/load.h"

#include <algorithm>

#include "load/modes.h"

namespace taskgate::bench {
namespace {

constexpr std::string_view kUpgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

}  // namespace

Load::Load(const Options& options, Executor executor, std::size_t buffer)
    : options_(options), executor_(executor) {
  for (std::size_t i = 0; i < options.connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(executor, options.port, buffer));
  }
}

void Load::begin() {
  start_ = Clock::now();
  end_ = start_ + options_.duration;
}

std::string Load::result(Duration processor) {
  const Duration run = Clock::now() - start_;
  const auto open = std::count_if(connections_.begin(), connections_.end(),
                                  [](const auto& connection) { return connection->stands(); });
  return tally_.to_json(run, processor, static_cast<std::size_t>(open));
}

Task<> Load::wait_for(TimePoint due) {
  Timer timer(executor_);
  timer.expires_at(due);
  co_await timer.async_wait(kThrow);
}

std::string Load::request(std::uint64_t length, std::string_view fields) const {
  std::string out = options_.method + " " + options_.path + " HTTP/1.1\r\nHost: bench\r\n";
  out += fields;
  if (length > 0 || options_.method == "POST" || options_.method == "PUT") {
    out += "Content-Length: " + std::to_string(length) + "\r\n";
  }
  return out + "\r\n";
}

Task<> Load::open_with(Connection& own, std::string_view fields, int status) const {
  co_await own.connect();
  const std::string asked = request(0, fields);
  co_await own.send(asked);
  co_await own.head(status);
}

Task<> Load::open_tunnel(Connection& own) const {
  co_await open_with(own, kUpgrade, 101);
}

std::unique_ptr<Load> make_load(const Options& options, Executor executor) {
  if (options.mode == "requests") return make_requests(options, executor);
  if (options.mode == "streams") return make_streams(options, executor);
  if (options.mode == "tunnels") return make_tunnels(options, executor);
  return make_transfers(options, executor);
}

}  // namespace taskgate::bench
