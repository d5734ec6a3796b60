#include "proxy/listener.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <stdexcept>
#include <utility>

#include "base/log.h"

namespace taskgate::proxy {
namespace {

// A gate that stays at its cap pauses all the time; the log need not say so each time.
constexpr Duration kPauseTold = std::chrono::seconds(10);

}  // namespace

Listener::Listener(Services& services, Clients& clients)
    : services_(services), clients_(clients), acceptor_(services.loop), pause_(services.loop) {
  const config::Address& address = services_.config->listen;
  if (const auto error =
          net::listen(acceptor_, address.host, address.port, services_.vanished_peers.times())) {
    throw std::runtime_error("cannot listen on " + config::to_string(address) + ": " +
                             error.message());
  }
  ErrorCode ignored;
  bound_ = acceptor_.local_endpoint(ignored);
}

void Listener::accept() {
  accepting_ = true;
  asio::co_spawn(services_.loop, accept_loop(++listening_), asio::detached);
}

// Who comes is waited for before each accept: one that finds nobody, as Asio's own does behind the
// last of them, costs ten times what the wait costs. What may be accepted can change meanwhile, so
// that is asked behind the wait.
Task<> Listener::accept_loop(unsigned listening) {
  while (!is_over(listening)) {
    const auto [failed] = co_await acceptor_.async_wait(net::Acceptor::wait_read, kTask);
    if (is_over(listening)) break;
    if (const char* reason = clients_.why_no_more()) {
      co_await pause(reason, listening);
      continue;
    }
    const ErrorCode error = failed ? failed : accept_one();
    if (net::AcceptPause::is_due(error)) co_await pause(error.message(), listening);
  }
}

// Also at the cap, and while too much is held for clients.
Task<> Listener::pause(std::string_view reason, unsigned listening) {
  const TimePoint now = Clock::now();
  if (reason != pause_reason_ || now - pause_told_ >= kPauseTold) {
    pause_reason_ = reason;
    pause_told_ = now;
    log::warning("accept_paused")
        .field("reason", reason)
        .field("connections", clients_.count())
        .field(
            "detail",
            "further clients wait in the listen backlog: raise limits.connections and the limit of "
            "open files, or limits.held and the container's memory, as the reason says");
  }
  do {
    co_await pause_.wait();
  } while (!is_over(listening) && clients_.why_no_more() != nullptr);
}

ErrorCode Listener::accept_one() {
  TcpSocket socket(services_.loop);
  ErrorCode error;
  acceptor_.accept(socket, error);
  if (!error) clients_.begin(std::move(socket), Clients::Arrival::accepted);
  return error;
}

void Listener::take_waiting() {
  ErrorCode error;
  while (accepting_ && !error && clients_.why_no_more() == nullptr) error = accept_one();
}

void Listener::stop() {
  accepting_ = false;
  ErrorCode ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

bool Listener::listen_again() {
  if (const auto error = net::listen(acceptor_, {bound_}, services_.vanished_peers.times())) {
    const config::Address address{bound_.address().to_string(), bound_.port()};
    log::error("resume_failed")
        .field("reason", "cannot listen on " + config::to_string(address) + ": " + error.message())
        .field("detail",
               "the drain cannot be taken back: see what else listens there, and try again");
    return false;
  }
  accept();
  return true;
}

}  // namespace taskgate::proxy
