// A server that answers one connection with given bytes and ends it.
#pragma once

#include <sys/socket.h>

#include <string>
#include <thread>
#include <utility>

#include "config/config.h"
#include "support/loopback.h"
#include "support/raw_connection.h"

namespace taskgate::cli {

class OneAnswer {
 public:
  explicit OneAnswer(std::string bytes)
      : listener_(test::listen_on_loopback(0, 1)),
        address_{"127.0.0.1", test::local_port_of(listener_.get())},
        thread_([this, answer = std::move(bytes)] {
          test::RawConnection client(test::Fd(accept(listener_.get(), nullptr, nullptr)));
          request_ = client.read_head();
          client.send(answer);
          client.half_close();
          client.peer_closed();
        }) {}
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
  }

  const config::Address& address() const { return address_; }
  std::string request() {
    thread_.join();
    return request_;
  }

 private:
  test::Fd listener_;
  config::Address address_;
  std::string request_;
  std::thread thread_;
};

}  // namespace taskgate::cli
