// Notices clients that leave while their upstream is silent. A relay that waits for the upstream
// does not read from its client, and a read there would have to store what a pipelining client
// sends. So one look a second at all clients of such relays, in one system call, tells who is gone.
// Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>

#include "base/task.h"

namespace taskgate::proxy {

class ClientWatch {
 public:
  explicit ClientWatch(asio::io_context& loop) : timer_(loop) {}

  // While it lives, `on_gone` may be called, once: the client reset its connection or, with
  // `half_close_is_leaving`, ended its sending side.
  class Guard : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    Guard(ClientWatch& watch, int descriptor, std::function<void()> on_gone);
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // An event stream's client has nothing more to say: its end of sending is its leaving. For any
    // other answer a half-close after the whole request is legitimate and the answer is still
    // wanted.
    void set_half_close_is_leaving() { half_close_is_leaving_ = true; }

   private:
    friend class ClientWatch;
    int descriptor_;
    std::function<void()> on_gone_;
    bool half_close_is_leaving_ = false;
  };

 private:
  void arm();
  void sweep();

  Timer timer_;
  bool armed_ = false;
  boost::intrusive::list<Guard, boost::intrusive::constant_time_size<false>> guards_;
};

// Whether the peer has reset the connection, asked now.
bool was_reset(int descriptor);

}  // namespace taskgate::proxy
