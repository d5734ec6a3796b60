// Time limits of connections. One timer serves all of them, and moving a deadline later, which
// happens with each read and write, is an assignment: its entry is put in its new place only when
// the old time comes. Deadlines pass tick by tick, up to 16 ms late, and those of one tick wake the
// loop once. Loop thread only.
#pragma once

#include <boost/intrusive/set.hpp>
#include <functional>

#include "base/task.h"

namespace taskgate::net {

class Deadlines;

// One limit. When it passes, `on_expired` is called once, which cancels what is under way;
// expired() stays true until the next set() or clear(), for the case that nothing was under way
// just then.
class Deadline : public boost::intrusive::set_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::safe_link>> {
 public:
  Deadline(Deadlines& queue, std::function<void()> on_expired)
      : queue_(queue), on_expired_(std::move(on_expired)) {}
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // From now on; zero means no limit, as in the configuration.
  void set(Duration limit);
  void clear();
  bool expired() const { return expired_; }

  friend bool operator<(const Deadline& a, const Deadline& b) { return a.place_ < b.place_; }

 private:
  friend class Deadlines;
  Deadlines& queue_;
  std::function<void()> on_expired_;
  TimePoint due_ = TimePoint::max();
  // Where it stands in the queue: the end of a tick, not later than that of due_.
  TimePoint place_ = TimePoint::max();
  bool expired_ = false;
};

class Deadlines {
 public:
  explicit Deadlines(asio::io_context& loop) : timer_(loop) {}

 private:
  friend class Deadline;
  void place(Deadline& deadline);
  void insert(Deadline& deadline);
  void remove(Deadline& deadline);
  void arm();
  void tick();

  Timer timer_;
  TimePoint armed_ = TimePoint::max();
  boost::intrusive::multiset<Deadline, boost::intrusive::constant_time_size<false>> queue_;
};

}  // namespace taskgate::net
