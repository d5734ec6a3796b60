#include "proxy/proxy.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <stdexcept>
#include <utility>

#include "base/log.h"

namespace taskgate::proxy {
namespace {

// The kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 4096;
// Out of descriptors, or at the connection cap: accepting goes on a little later, and nothing else
// suffers.
constexpr Duration kAcceptPause = std::chrono::milliseconds(50);

[[noreturn]] void cannot_listen(const config::Address& address, const ErrorCode& error) {
  throw std::runtime_error("cannot listen on " + config::to_string(address) + ": " +
                           error.message());
}

template <typename Acceptor>
void listen_on(Acceptor& acceptor, const asio::ip::tcp::endpoint& endpoint,
               const config::Address& address) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  // "[::]" takes IPv4 clients as well.
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) cannot_listen(address, error);
}

}  // namespace

Proxy::Proxy(asio::io_context& loop, std::shared_ptr<const config::Config> config,
             observe::Metrics& metrics)
    : services_(loop, std::move(config), metrics),
      acceptor_(loop),
      accept_pause_(loop),
      drain_timer_(loop) {
  const config::Address& address = services_.config->listen;
  listen_on(acceptor_, resolve(loop, address), address);
}

asio::ip::tcp::endpoint Proxy::local_endpoint() const {
  ErrorCode ignored;
  return acceptor_.local_endpoint(ignored);
}

void Proxy::start() {
  accepting_ = true;
  asio::co_spawn(services_.loop, accept_loop(), asio::detached);
}

Task<> Proxy::accept_loop() {
  while (accepting_) {
    TcpSocket socket(services_.loop);
    const auto [error] = co_await acceptor_.async_accept(socket, kTask);
    if (!accepting_) break;
    if (!error) {
      asio::co_spawn(services_.loop, serve(std::move(socket)), asio::detached);
    } else if (error != asio::error::connection_aborted) {
      log::warning("accept_paused").field("reason", error.message());
    }
    while (accepting_ && (at_capacity() || (error && error != asio::error::connection_aborted))) {
      accept_pause_.expires_after(kAcceptPause);
      co_await accept_pause_.async_wait(kTask);
      if (!at_capacity()) break;
    }
  }
}

bool Proxy::at_capacity() const {
  return open_ >= services_.config->limits.connections;
}

Task<> Proxy::serve(TcpSocket socket) {
  ++open_;
  try {
    Connection connection(services_, std::move(socket));
    connections_.push_back(connection);
    co_await connection.serve();
  } catch (const std::exception& failure) {
    log::error("connection_failed").field("reason", failure.what());
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
      .field("connections", open_)
      .field("notice_s", to_seconds(services_.config->drain.notice))
      .field("timeout_s", to_seconds(services_.config->drain.timeout));
  services_.admission.drain();
  asio::co_spawn(services_.loop, run_drain(), asio::detached);
}

Task<> Proxy::run_drain() {
  const auto limits = services_.config->drain;
  const TimePoint began = Clock::now();
  drain_timer_.expires_at(began + limits.notice);
  co_await drain_timer_.async_wait(kTask);
  stop_accepting();
  for (Connection& connection : connections_) connection.end_if_idle();
  finish_if_empty();
  drain_timer_.expires_at(began + limits.timeout);
  co_await drain_timer_.async_wait(kTask);
  if (!drained_) stop();
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
  stop_accepting();
  services_.bodies.close();
  services_.upstream.close();
  if (open_ > 0) log::warning("connections_cut").field("connections", open_);
  for (Connection& connection : connections_) connection.interrupt();
  finish_if_empty();
}

void Proxy::finish_if_empty() {
  if (accepting_ || open_ > 0 || drained_) return;
  drained_ = true;
  drain_timer_.cancel();
  log::info("drained");
  if (drain_done_) drain_done_();
}

// --- Reload and status

void Proxy::reload(std::shared_ptr<const config::Config> config) {
  if (config->upstream != services_.config->upstream) {
    services_.upstream.set_address(config->upstream);
  }
  services_.config = std::move(config);
  services_.admission.configure(*services_.config);
  services_.bodies.set_total(services_.config->admission.body_total);
  ++generation_;
  last_reload_succeeded_ = true;
  reload_error_.clear();
}

void Proxy::reload_failed(std::string error) {
  last_reload_succeeded_ = false;
  reload_error_ = std::move(error);
}

observe::Status Proxy::status() const {
  observe::Status status;
  status.gate = services_.admission.snapshot_with_holders();
  status.connections = services_.counts;
  status.draining = services_.draining;
  status.drained = drained_;
  status.listening = accepting_;
  status.config_generation = generation_;
  status.config_last_reload_success = last_reload_succeeded_;
  status.config_error = reload_error_;
  status.refusals.assign(services_.refusals.begin(), services_.refusals.end());
  status.started = started_;
  status.listen = config::to_string(services_.config->listen);
  status.upstream = config::to_string(services_.config->upstream);
  status.pid = static_cast<int>(getpid());
  return status;
}

}  // namespace taskgate::proxy
