// The proxy's port: listens, and accepts clients as long as one more may come. Loop thread only.
#pragma once

#include <string>
#include <string_view>

#include "net/accept_pause.h"
#include "net/listen.h"
#include "proxy/clients.h"
#include "proxy/services.h"

namespace taskgate::proxy {

class Listener {
 public:
  // Binds and listens at once; throws std::runtime_error naming the address and the reason.
  Listener(Services& services, Clients& clients);

  // Starts to accept.
  void accept();
  bool is_accepting() const { return accepting_; }
  // Accepts those in the listen backlog, whom its end would reset.
  void take_waiting();
  void stop();
  // Listens and accepts on the same address and port as before stop(). False: it cannot, and the
  // log says why.
  bool listen_again();

  // Its address and port, also while it does not listen.
  const asio::ip::tcp::endpoint& bound() const { return bound_; }

 private:
  Task<> accept_loop(unsigned listening);
  // Would block where nobody waits.
  ErrorCode accept_one();
  Task<> pause(std::string_view reason, unsigned listening);
  bool is_over(unsigned listening) const { return !accepting_ || listening != listening_; }

  Services& services_;
  Clients& clients_;
  net::Acceptor acceptor_;
  asio::ip::tcp::endpoint bound_;
  net::AcceptPause pause_;
  // What the log has said last of a pause, and when.
  std::string pause_reason_;
  TimePoint pause_told_{};
  bool accepting_ = false;
  unsigned listening_ = 0;  // numbers the times that it began: a loop of an earlier one ends
};

}  // namespace taskgate::proxy
