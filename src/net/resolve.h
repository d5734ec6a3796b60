// The addresses that a host stands for.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "net/inbox.h"

namespace taskgate::net {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;
using Resolved = std::function<void(Endpoints, ErrorCode)>;

// All of them, IPv4 and IPv6, in the order in which the system prefers them; never empty without an
// error. For a name it blocks for as long as the resolver is silent. Any thread.
Endpoints resolve(const std::string& host, std::uint16_t port, ErrorCode& error);

// The same without holding up a loop, in a thread for each name. Asio's own resolver waits at its
// end for the look-up that is under way, which takes as long as the name servers are silent; here
// such a thread is left behind, and tells nobody what it finds. Loop thread only.
class Resolver {
 public:
  // As resolve() above; called by any thread.
  using LookUp = Endpoints (*)(const std::string& host, std::uint16_t port, ErrorCode& error);
  // Each has a thread and a descriptor, and a configuration may change more often than name servers
  // that say nothing are given up.
  static constexpr int kMostLookUps = 8;

  // Throws as Inbox() does.
  explicit Resolver(asio::io_context& loop, LookUp look_up = net::resolve);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // The loop calls `done`, unless the resolver has ended before; for an address, or where there is
  // no thread to be had or kMostLookUps have not ended (EAGAIN), it is called at once. Copies of
  // `done` may be destroyed by another thread.
  void resolve(const std::string& host, std::uint16_t port, const Resolved& done);
  // Holds up the loop until the last look-up has ended, at most for so long; what it found is
  // in the inbox by then.
  void wait(Duration limit) const;

 private:
  struct Home;
  const LookUp look_up_;
  Inbox inbox_;
  std::shared_ptr<Home> home_;
  std::future<void> last_;
};

}  // namespace taskgate::net
