#include "proxy/proxy.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "base/log.h"
#include "net/address.h"

namespace taskgate::proxy {
namespace {

// Requests end in many ways, so the end of the last one is looked for.
constexpr Duration kBetweenLooks = std::chrono::milliseconds(10);
// Who connected just before the listener closed has sent a request by then.
constexpr Duration kLastRequests = std::chrono::milliseconds(100);

constexpr const char* kDrainIsOver =
    "the time of the drain is over: where they should have ended by themselves, raise "
    "drain.timeout and the pod's grace period";
constexpr const char* kToldTwice =
    "a second signal told the gate to end at once: where they should have ended by themselves, "
    "send one and wait";

}  // namespace

Proxy::Proxy(asio::io_context& loop, std::shared_ptr<const config::Config> config,
             observe::Metrics& metrics, const DescriptorShares& descriptors, net::ProbeTimes probes)
    : services_(
          loop, std::move(config), metrics, descriptors,
          [this](int descriptor) { clients_.unpark(descriptor, listener_.bound().protocol()); },
          probes),
      clients_(services_, [this] { finish_if_empty(); }),
      listener_(services_, clients_),
      drain_timer_(loop) {
  services_.own_port = net::port_on_loopback(listener_.bound());
  services_.history.mark(observe::Mark::start, Clock::now());
}

void Proxy::start() {
  clients_.warn_if_descriptors_are_short();
  listener_.accept();
}

// --- The end

void Proxy::drain(std::function<void()> done) {
  if (services_.draining) return;
  services_.draining = true;
  drain_done_ = std::move(done);
  log::info("drain_started")
      .field("connections", clients_.count())
      .field("notice_s", to_seconds(services_.config->drain.notice))
      .field("timeout_s", to_seconds(services_.config->drain.timeout));
  services_.history.mark(observe::Mark::drain, Clock::now());
  services_.admission.drain();
  services_.upstream.pool().drain();
  asio::co_spawn(services_.loop, run_drain(++drain_), asio::detached);
}

Task<> Proxy::run_drain(unsigned drain) {
  const auto limits = services_.config->drain;
  const TimePoint began = Clock::now();
  drain_timer_.expires_at(began + limits.notice);
  co_await drain_timer_.async_wait(kTask);
  if (drain != drain_) co_return;
  listener_.stop();
  clients_.end_silent();
  finish_if_empty();
  drain_timer_.expires_at(began + limits.timeout);
  co_await drain_timer_.async_wait(kTask);
  if (drain == drain_ && !drained_) stop(kDrainIsOver);
}

void Proxy::hasten() {
  if (!services_.draining || drained_) return;
  asio::co_spawn(services_.loop, run_out(drain_), asio::detached);
}

Task<> Proxy::run_out(unsigned drain) {
  co_await wait_for_requests(drain);
  if (is_over(drain)) co_return;
  listener_.take_waiting();
  listener_.stop();
  finish_if_empty();
  Timer last_requests(services_.loop, kLastRequests);
  co_await last_requests.async_wait(kTask);
  co_await wait_for_requests(drain);
  if (is_over(drain)) co_return;
  log::info("streams_cut")
      .field("streams", services_.counts.streams)
      .field("tunnels", services_.counts.tunnels);
  cut_all();
}

Task<> Proxy::wait_for_requests(unsigned drain) {
  Timer look(services_.loop);
  while (!is_over(drain) && (services_.counts.active > 0 || clients_.read_heads())) {
    look.expires_after(kBetweenLooks);
    co_await look.async_wait(kTask);
  }
}

void Proxy::resume() {
  if (!services_.draining) return;
  if (!listener_.is_accepting() && !listener_.listen_again()) return;
  ++drain_;
  drain_timer_.cancel();
  drained_ = false;
  services_.draining = false;
  services_.history.mark(observe::Mark::resume, Clock::now());
  services_.admission.resume();
  services_.upstream.pool().resume();
  log::info("drain_taken_back").field("connections", clients_.count());
}

void Proxy::stop() {
  stop(kToldTwice);
}

void Proxy::stop(const char* why) {
  services_.draining = true;
  services_.admission.drain();
  services_.upstream.pool().drain();
  if (clients_.open() > 0) {
    log::warning("connections_cut").field("connections", clients_.open()).field("detail", why);
  }
  cut_all();
}

void Proxy::cut_all() {
  listener_.stop();
  clients_.cut();
  finish_if_empty();
}

void Proxy::finish_if_empty() {
  if (listener_.is_accepting() || clients_.count() > 0 || drained_) return;
  drained_ = true;
  drain_timer_.cancel();
  log::info("drained");
  if (drain_done_) drain_done_();
}

// --- Reload and status

void Proxy::reload(std::shared_ptr<const config::Config> config) {
  services_.upstream.set_address(config->upstream);
  if (config->upstream != services_.config->upstream) services_.upstream_report.begin_anew();
  services_.upstream.pool().set_limit(config->timeouts.upstream_keep_alive);
  services_.history.mark(observe::Mark::reload, Clock::now());
  const auto connections = services_.config->limits.connections;
  services_.config = std::move(config);
  services_.admission.configure(*services_.config);
  services_.held.set_limits(held_limits(*services_.config));
  if (connections != services_.config->limits.connections) {
    clients_.warn_if_descriptors_are_short();
  }
}

observe::Status Proxy::status() const {
  observe::Status status;
  status.gate = services_.admission.snapshot_with_holders();
  status.taken = Clock::now();
  status.connections = services_.counts;
  status.connections_limit = clients_.limit_now();
  status.upstream_connections = services_.upstream_counts;
  status.upstream_health = services_.upstream_report.health();
  status.upstream_health.connects_waiting = services_.upstream.waiting();
  status.bytes = services_.bytes;
  clients_.add_relayed(status.bytes);
  status.held = services_.held.counts();
  status.totals = services_.metrics.totals();
  status.last_minute = services_.history.last_minute(status.taken);
  status.draining = services_.draining;
  status.drained = drained_;
  status.listening = listener_.is_accepting();
  status.configured = services_.config->configured;
  status.refusals.assign(services_.refusals.begin(), services_.refusals.end());
  status.refused_last_hour = services_.refused.rows(status.taken);
  status.observed = services_.observed.rows(status.taken);
  status.history = services_.history.points(status.taken);
  status.marks = services_.history.marks(status.taken);
  status.peak = services_.history.peak();
  status.started = started_;
  status.listen = config::to_string(services_.config->listen);
  status.upstream = config::to_string(services_.config->upstream);
  const config::Config::Identity& identity = services_.config->identity;
  status.identity = {identity.pod, identity.name_space, identity.workspace};
  status.pid = static_cast<int>(getpid());
  return status;
}

}  // namespace taskgate::proxy
