// WebSockets, whose messages are echoed, at a fixed rate.

#include <stdexcept>

#include "load/modes.h"
#include "load/pace.h"

namespace taskgate::bench {
namespace {

constexpr std::size_t kBuffer = 1;  // pieces are read into the connection's own text
constexpr std::size_t kPayload = 64;

// One whole binary message (RFC 6455, 5.2); the client's is masked, with zeros.
constexpr char kBinary = '\x82';
constexpr char kMasked = '\x80';
constexpr std::size_t kMask = 4;

std::string message(std::uint64_t number) {
  std::string payload = std::to_string(number);
  payload.resize(kPayload, '.');
  return payload;
}

std::string from_client(const std::string& payload) {
  const std::string head = {kBinary, static_cast<char>(kMasked | kPayload)};
  return head + std::string(kMask, '\0') + payload;
}

std::string from_server(const std::string& payload) {
  const std::string head = {kBinary, static_cast<char>(kPayload)};
  return head + payload;
}

class Tunnels : public Load {
 public:
  Tunnels(const Options& options, Executor executor) : Load(options, executor, kBuffer) {}

  Task<> open(std::size_t lane) override {
    Connection& own = connection(lane);
    co_await open_tunnel(own);
    co_await echo(own);
  }

  Task<> run(std::size_t lane) override {
    if (options_.per_second == 0) co_return;
    Pace pace(start_, options_.per_second, options_.connections, lane);
    for (; !is_over(pace.due()); pace.advance()) {
      co_await wait_for(pace.due());
      co_await echo(connection(lane));
      tally_.add(Clock::now() - pace.due(), kPayload);
    }
  }

 private:
  Task<> echo(Connection& own) {
    const std::string payload = message(++sent_);
    const std::string sent = from_client(payload);
    const std::string awaited = from_server(payload);
    co_await own.send(sent);
    const std::string came = co_await own.exactly(awaited.size());
    if (came == awaited) co_return;
    throw std::runtime_error("a message came back as another");
  }

  std::uint64_t sent_ = 0;
};

}  // namespace

std::unique_ptr<Load> make_tunnels(const Options& options, Executor executor) {
  return std::make_unique<Tunnels>(options, executor);
}

}  // namespace taskgate::bench
