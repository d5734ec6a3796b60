// Who gives back what is held for it once limits.held or admission.body_total is used up
// (held_bytes.h): clients that have not moved for a moment what they hold for speed alone, and
// where that is not enough those that hold most give way, as many as it takes. Without that a crowd
// that stalls would stop everybody.
//
// Passive: it is told what is short, and when. Loop thread only.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>

#include "base/task.h"

namespace taskgate::proxy {

// A client as it looks to the others, who need what is held for it.
using ReclaimHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<class Reclaim>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
class Reclaimable : public ReclaimHook {
 public:
  Reclaimable(const Reclaimable&) = delete;
  Reclaimable& operator=(const Reclaimable&) = delete;

  // What a request costs beside what its connection does, in bytes.
  static constexpr std::size_t kRequest = 7 * 1024;
  // What is held at most for one client that always finds a little room: a browser's head.
  static constexpr std::size_t kLittle = 16 * 1024;

  // Bytes went on, or something began: it does not stall.
  void moved() { moved_ = Clock::now(); }
  std::size_t bytes() const { return bytes_; }
  // The body is there, and nobody waits for the rest of it.
  void body_is_whole() { reads_body_ = false; }

 protected:
  Reclaimable() = default;
  virtual ~Reclaimable() = default;
  // Gives back what it holds for speed alone.
  virtual void shrink() = 0;
  // Lets go of what it holds, soon; false where it may not.
  virtual bool give_way() = 0;

  bool busy_ = false;  // it has a request under way
  bool gave_way_ = false;
  TimePoint moved_{};

 private:
  friend class HeldBytes;
  friend class Reclaim;
  std::size_t bytes_ = 0;
  std::size_t body_ = 0;  // of them
  std::size_t asks_ = 0;  // while it waits
  bool asks_for_request_ = false;
  bool reads_body_ = false;
};

class Reclaim {
 public:
  enum class Bound : std::uint8_t { held, bodies };  // limits.held, admission.body_total
  struct Shortage {
    Bound of;
    std::size_t missing;  // what those need that wait
    std::size_t over;     // what is held beyond the bound
    std::size_t held;     // limits.held

    std::size_t bytes() const { return missing + over; }
  };

  void add(Reclaimable& client) { clients_.push_back(client); }

  void shrink_still_ones(TimePoint now);
  void make_way(const Shortage& shortage, TimePoint now);
  std::uint64_t gave_way() const { return gave_way_; }
  // To the log how many gave way, now and then, and what is held of how many clients.
  void report(Bound bound, std::size_t held, std::size_t clients, TimePoint now);

 private:
  struct Untold {
    std::uint64_t connections = 0;
    TimePoint told_at{};
  };

  static std::size_t weight(const Reclaimable& client, Bound bound);
  static bool waits_for_little(const Reclaimable& client);
  static bool stalls(const Reclaimable& client, TimePoint now);
  bool make_give_way(Reclaimable& client, Bound bound);
  Untold& untold(Bound bound) { return untold_.at(static_cast<std::size_t>(bound)); }

  boost::intrusive::list<Reclaimable, boost::intrusive::base_hook<ReclaimHook>,
                         boost::intrusive::constant_time_size<false>>
      clients_;
  std::uint64_t gave_way_ = 0;
  std::array<Untold, 2> untold_;  // in the log so far, by bound
};

}  // namespace taskgate::proxy
