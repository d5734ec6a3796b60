#include "proxy/proxy.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "net/address.h"

namespace taskgate::proxy {
namespace {

// Out of descriptors, at the connection cap, or short of memory: accepting goes on a little later,
// and nothing else suffers.
constexpr Duration kAcceptPause = std::chrono::milliseconds(50);
// A gate that stays at its cap pauses all the time; the log need not say so each time.
constexpr Duration kPauseTold = std::chrono::seconds(10);

// Requests end in many ways, so the end of the last one is looked for.
constexpr Duration kBetweenLooks = std::chrono::milliseconds(10);
// Who connected just before the listener closed has sent a request by then.
constexpr Duration kLastRequests = std::chrono::milliseconds(100);

}  // namespace

Proxy::Proxy(asio::io_context& loop, std::shared_ptr<const config::Config> config,
             observe::Metrics& metrics, const DescriptorShares& descriptors, net::ProbeTimes probes)
    : services_(
          loop, std::move(config), metrics, descriptors,
          [this](int descriptor) { unpark(descriptor); }, probes),
      acceptor_(loop),
      accept_pause_(loop),
      drain_timer_(loop) {
  const config::Address& address = services_.config->listen;
  if (const auto error =
          net::listen(acceptor_, address.host, address.port, services_.peers.times())) {
    throw std::runtime_error("cannot listen on " + config::to_string(address) + ": " +
                             error.message());
  }
  bound_ = local_endpoint();
  services_.own_port = net::port_on_loopback(bound_);
  services_.history.mark(observe::Mark::start, Clock::now());
}

asio::ip::tcp::endpoint Proxy::local_endpoint() const {
  ErrorCode ignored;
  return acceptor_.local_endpoint(ignored);
}

void Proxy::start() {
  warn_if_descriptors_are_short();
  begin_accepting();
}

void Proxy::begin_accepting() {
  accepting_ = true;
  asio::co_spawn(services_.loop, accept_loop(++listening_), asio::detached);
}

Task<> Proxy::accept_loop(unsigned listening) {
  const auto is_over = [this, listening] { return !accepting_ || listening != listening_; };
  while (!is_over()) {
    TcpSocket socket(services_.loop);
    const auto [error] = co_await acceptor_.async_accept(socket, kTask);
    if (is_over()) break;
    if (!error) begin(std::move(socket), Arrival::accepted);
    if (error && error != asio::error::connection_aborted) {
      co_await pause_accepting(error.message());
    } else if (const char* reason = why_no_more()) {
      co_await pause_accepting(reason);
    }
  }
}

Task<> Proxy::pause_accepting(std::string_view reason) {
  const TimePoint now = Clock::now();
  if (reason != pause_reason_ || now - pause_told_ >= kPauseTold) {
    pause_reason_ = reason;
    pause_told_ = now;
    log::warning("accept_paused")
        .field("reason", reason)
        .field("connections", clients())
        .field(
            "detail",
            "further clients wait in the listen backlog: raise limits.connections and the limit of "
            "open files, or limits.held and the container's memory, as the reason says");
  }
  do {
    accept_pause_.expires_after(kAcceptPause);
    co_await accept_pause_.async_wait(kTask);
  } while (accepting_ && why_no_more() != nullptr);
}

std::size_t Proxy::connection_limit() const {
  return std::min<std::size_t>(services_.config->limits.connections,
                               services_.descriptors.shares().clients);
}

// Null: one more client may come.
const char* Proxy::why_no_more() {
  if (clients() >= connection_limit() || !services_.descriptors.has_room()) {
    return "as many connections as are allowed";
  }
  return services_.held.overdrawn() ? "as much is held for clients as is allowed" : nullptr;
}

void Proxy::warn_if_descriptors_are_short() const {
  const std::size_t wanted = services_.config->limits.connections;
  if (services_.descriptors.suffice_for(wanted)) return;
  log::warning("descriptors_short")
      .field("connections", wanted)
      .field("possible", connection_limit())
      .field("with_requests", services_.descriptors.shares().connections / 2)
      .field("descriptors", services_.descriptors.shares().limit)
      .field("detail",
             "a connection needs a second descriptor while it has a request, and not all of "
             "limits.connections can have one at once: raise the limit of open files (ulimit -Hn) "
             "or lower limits.connections");
}

void Proxy::begin(TcpSocket socket, Arrival arrival) {
  ++open_;
  asio::co_spawn(services_.loop, serve(std::move(socket), arrival), asio::detached);
}

void Proxy::unpark(int descriptor) {
  TcpSocket socket(services_.loop);
  ErrorCode error;
  socket.assign(bound_.protocol(), descriptor, error);
  if (error) {  // no memory to wait for it
    ::close(descriptor);
  } else {
    begin(std::move(socket), Arrival::unparked);
  }
}

Task<> Proxy::serve(TcpSocket socket, Arrival arrival) {
  try {
    Connection connection(services_, std::move(socket), arrival == Arrival::unparked);
    connections_.push_back(connection);
    services_.upstream.pool().make_room();
    co_await connection.serve();
  } catch (const std::exception& failure) {
    services_.warnings.connection_failed(failure.what(), Clock::now());
  }
  --open_;
  finish_if_empty();
}

// --- The end

void Proxy::drain(std::function<void()> done) {
  if (services_.draining) return;
  services_.draining = true;
  drain_done_ = std::move(done);
  log::info("drain_started")
      .field("connections", clients())
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
  stop_accepting();
  for (Connection& connection : connections_) connection.end_if_idle();
  services_.parking.close_all();
  finish_if_empty();
  drain_timer_.expires_at(began + limits.timeout);
  co_await drain_timer_.async_wait(kTask);
  if (drain == drain_ && !drained_) stop();
}

void Proxy::hasten() {
  if (!services_.draining || drained_) return;
  asio::co_spawn(services_.loop, run_out(drain_), asio::detached);
}

Task<> Proxy::run_out(unsigned drain) {
  co_await wait_for_requests(drain);
  if (is_over(drain)) co_return;
  take_waiting();
  stop_accepting();
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
  while (!is_over(drain) && services_.counts.active > 0) {
    look.expires_after(kBetweenLooks);
    co_await look.async_wait(kTask);
  }
}

// Those in the listen backlog, whom its end would reset.
void Proxy::take_waiting() {
  ErrorCode error;
  acceptor_.non_blocking(true, error);
  while (accepting_ && !error && why_no_more() == nullptr) {
    TcpSocket socket(services_.loop);
    acceptor_.accept(socket, error);
    if (!error) begin(std::move(socket), Arrival::accepted);
  }
}

void Proxy::resume() {
  if (!services_.draining) return;
  if (!accepting_ && !listen_again()) return;
  ++drain_;
  drain_timer_.cancel();
  drained_ = false;
  services_.draining = false;
  services_.history.mark(observe::Mark::resume, Clock::now());
  services_.admission.resume();
  services_.upstream.pool().resume();
  log::info("drain_taken_back").field("connections", clients());
}

bool Proxy::listen_again() {
  if (const auto error = net::listen(acceptor_, {bound_}, services_.peers.times())) {
    const config::Address address{bound_.address().to_string(), bound_.port()};
    log::error("resume_failed")
        .field("reason", "cannot listen on " + config::to_string(address) + ": " + error.message())
        .field("detail",
               "the drain cannot be taken back: see what else listens there, and try again");
    return false;
  }
  begin_accepting();
  return true;
}

void Proxy::stop_accepting() {
  accepting_ = false;
  ErrorCode ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
}

void Proxy::stop() {
  services_.draining = true;
  services_.admission.drain();
  services_.upstream.pool().drain();
  if (open_ > 0) {
    log::warning("connections_cut")
        .field("connections", open_)
        .field("detail",
               "the time of the drain is over: where they should have ended by themselves, raise "
               "drain.timeout and the pod's grace period");
  }
  cut_all();
}

void Proxy::cut_all() {
  stop_accepting();
  services_.parking.close_all();
  for (Connection& connection : connections_) connection.interrupt();
  finish_if_empty();
}

void Proxy::finish_if_empty() {
  if (accepting_ || clients() > 0 || drained_) return;
  drained_ = true;
  drain_timer_.cancel();
  log::info("drained");
  if (drain_done_) drain_done_();
}

// --- Reload and status

void Proxy::reload(std::shared_ptr<const config::Config> config) {
  services_.upstream.set_address(config->upstream);
  services_.upstream.pool().set_limit(config->timeouts.upstream_keep_alive);
  services_.history.mark(observe::Mark::reload, Clock::now());
  const auto connections = services_.config->limits.connections;
  services_.config = std::move(config);
  services_.admission.configure(*services_.config);
  services_.held.set_limits(held_limits(*services_.config));
  if (connections != services_.config->limits.connections) warn_if_descriptors_are_short();
}

observe::Status Proxy::status() const {
  observe::Status status;
  status.gate = services_.admission.snapshot_with_holders();
  status.taken = Clock::now();
  status.connections = services_.counts;
  status.connections_limit = connection_limit();
  status.upstream_connections = services_.upstream_counts;
  status.upstream_health = services_.upstream_report.health();
  status.upstream_health.connects_waiting = services_.upstream.waiting();
  status.bytes = services_.bytes;
  status.held = services_.held.counts();
  status.totals = services_.metrics.totals();
  status.last_minute = services_.history.last_minute(status.taken);
  status.draining = services_.draining;
  status.drained = drained_;
  status.listening = accepting_;
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
