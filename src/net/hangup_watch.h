// Notices peers that hang up: clients whose upstream is silent or whose create waits for its
// decision, connections to the upstream that wait for their next request, and both ends of tunnels
// and event streams, whose reads do not look for what came with the last bytes (until_short.h). For
// the first ones a read would tell, but it would have to store what a pipelining client sends. So
// their sockets are put into an epoll set of their own, which waits for nothing but their end. Most
// requests are over before that pays: only what lasts for a moment is put there, and the others
// cost no system call. Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <functional>

#include "base/task.h"
#include "net/epoll_set.h"
#include "net/urgent_byte.h"

namespace taskgate::net {

class HangupWatch {
 public:
  // Throws when there is no descriptor for the set.
  explicit HangupWatch(asio::io_context& loop);

  // While it lives, `on_gone` may be called, once: the peer reset its connection or, after
  // tell_half_close(), ended its sending side. It may cancel what is under way or begin something:
  // it must not destroy a guard. The descriptor must stay open for as long as the guard lives.
  class Guard : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    Guard(HangupWatch& watch, int descriptor, std::function<void()> on_gone);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // For peers whose end of sending counts as their end: who ends an event stream's request or a
    // tunnel has nothing more to say. For any other answer a half-close after the whole request is
    // legitimate, and the answer is still wanted.
    void tell_half_close();
    // For a side that is read until_short.h's way, which is known to last: into the set at once.
    // The end of its sending is told. `socket` is the descriptor's.
    void begin_for_reads(TcpSocket& socket);
    // Whether the kernel watches it by now; it tells what came before that, too.
    bool is_in_set() const { return in_set_; }
    // Whether such reads need not look for what came with the last bytes: its end will be told,
    // and no urgent byte has come.
    bool tells_reads() const { return in_set_ && !urgent_.has_come(); }

   private:
    friend class HangupWatch;

    HangupWatch& watch_;
    int descriptor_;
    std::uint32_t events_ = 0;  // a reset is told whatever is asked for
    bool in_set_ = false;
    UrgentByte urgent_;
    std::function<void()> on_gone_;
  };

 private:
  void arm();
  void add_lasting_ones();
  void add(Guard& guard);
  void tell(Guard& guard);

  EpollSet set_;
  Timer timer_;
  bool armed_ = false;
  // Not in the set yet: those that came since the last look, and those that were there then.
  using Guards = boost::intrusive::list<Guard, boost::intrusive::constant_time_size<false>>;
  Guards new_ones_;
  Guards lasting_;
};

// Whether the peer has reset the connection, asked now.
bool was_reset(int descriptor);

}  // namespace taskgate::net
