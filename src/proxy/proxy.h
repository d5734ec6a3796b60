// The data plane: listens, serves connections, drains, takes a new configuration. Loop thread only.
#pragma once

#include <functional>
#include <memory>

#include "config/config.h"
#include "observe/metrics.h"
#include "observe/status.h"
#include "proxy/clients.h"
#include "proxy/listener.h"
#include "proxy/services.h"

namespace taskgate::proxy {

class Proxy {
 public:
  // Binds and listens at once; throws std::runtime_error naming the address and the reason. The
  // loop must not run any more when this is destroyed, and must have run until the last connection
  // was gone (status().drained).
  Proxy(asio::io_context& loop, std::shared_ptr<const config::Config> config,
        observe::Metrics& metrics, const DescriptorShares& descriptors,
        net::ProbeTimes probes = {});

  // Starts to accept.
  void start();

  // The drain: readiness off, creates refused; after drain.notice no more connections and idle ones
  // closed; what is in flight goes on, requests of which only a part has come, streams and tunnels
  // too, until drain.timeout, when it is cut. Then `done`, once.
  void drain(std::function<void()> done);
  // Takes the drain back at any point of it, also when it is over: listens again on the same
  // address and port where it had stopped. A later drain() begins anew. Where it cannot listen the
  // drain goes on, and the log says why.
  void resume();
  // Makes a drain that has begun short: requests that are in flight still end, with the times of
  // above; event streams and tunnels, which do not end by themselves, are cut after the last of
  // them. Until then connections are taken, for drain.notice at most as before.
  void hasten();
  // Cuts everything now, as a second signal wants it; the `done` of a drain as above.
  void stop();

  // A new configuration: validated by the caller. Requests under way keep the old one.
  void reload(std::shared_ptr<const config::Config> config);

  // The state now, what became of reloads left out. refresh() first asks for a listing if the last
  // is older than a second.
  observe::Status status() const;
  void refresh(std::function<void()> done) { services_.admission.refresh(std::move(done)); }
  const config::Config& config() const { return *services_.config; }

  // Where it listens, or listened.
  const asio::ip::tcp::endpoint& local_endpoint() const { return listener_.bound(); }

 private:
  Task<> run_drain(unsigned drain);
  Task<> run_out(unsigned drain);
  Task<> wait_for_requests(unsigned drain);
  bool is_over(unsigned drain) const { return drain != drain_ || drained_; }
  void stop(const char* why);
  void cut_all();
  void finish_if_empty();

  Services services_;
  Clients clients_;
  Listener listener_;
  Timer drain_timer_;
  unsigned drain_ = 0;  // numbers the drains: what waits for an earlier one sees that it is over
  bool drained_ = false;
  std::function<void()> drain_done_;

  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
};

}  // namespace taskgate::proxy
