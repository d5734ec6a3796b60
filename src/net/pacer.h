// Paces connects to the upstream. The first upstream listens with a backlog of 5: the seventh
// connect that is not accepted yet is dropped by the kernel, and its client stalls for a second or
// more. So each connect holds a token until the upstream has shown that it accepted: the first byte
// of its answer, or, as soon as somebody waits for a token, that the connect is not in its accept
// queue any more. Neither slow answers nor requests whose bodies do not come hold anybody up; a
// burst is served as fast as it is accepted. A queue that cannot be seen (another host): 25 ms.
// Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>

#include "base/task.h"
#include "net/wait_line.h"

namespace taskgate::net {

class Pacer {
 public:
  Pacer(asio::io_context& loop, asio::ip::tcp::endpoint upstream);

  // The right to have one connect in the upstream's accept queue. Gives itself back when destroyed.
  class Token : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::normal_link>> {
   public:
    Token() = default;
    ~Token() { release(); }
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    // The upstream has accepted, or the connect failed.
    void release();

   private:
    friend class Pacer;
    Pacer* pacer_ = nullptr;
    TimePoint taken_;
  };

  // Takes a token that is free; false: it has to be waited for.
  bool take(Token& token, TimePoint now);
  // Waits for a token, in the order of asking, until `deadline`; false: none came free.
  Task<bool> acquire(Token& token, TimePoint deadline);

  // How many wait for a token.
  std::size_t waiting() const { return line_.size(); }

  // From the next token on.
  void set_upstream(asio::ip::tcp::endpoint upstream);

 private:
  bool has_room() const { return outstanding_.size() < capacity_; }
  void hand_out(Token& token, TimePoint now);
  void give_back(Token& token);
  void refresh_capacity(TimePoint now);
  void arm();
  void look();
  void release_old();

  asio::ip::tcp::endpoint upstream_;
  Timer timer_;
  bool armed_ = false;
  std::size_t capacity_ = 4;
  TimePoint capacity_read_{};
  bool sees_queue_ = false;
  TimePoint looked_{};
  Duration pause_ = std::chrono::milliseconds(1);  // to the next look
  boost::intrusive::list<Token> outstanding_;      // oldest first
  WaitLine line_;
};

}  // namespace taskgate::net
