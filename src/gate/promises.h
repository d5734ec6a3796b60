// The slots that are promised to creates in flight. One thread.
#pragma once

#include <cstdint>
#include <iterator>
#include <list>
#include <numeric>
#include <optional>

#include "base/time.h"
#include "gate/demand.h"
#include "gate/socket_check.h"

namespace taskgate::gate {

// What the gate keeps of one reservation.
struct Promise {
  enum class State : std::uint8_t { in_flight, settling, abandoned };
  State state = State::in_flight;
  Demand demand;
  int slots = 1;  // held: what was asked for, or as many as were free
  // Ends with the first listing that began after; unset: not known yet.
  std::optional<TimePoint> until;
  int attributed = 0;                // sessions that were put down to it (for show)
  bool uncounted = false;            // admitted while the count was unknown
  SocketCheck::Mark mark;            // what was visible when it was admitted
  std::uint64_t id = 0;              // never used twice
  ClassId class_id = kDefaultClass;  // that it was admitted as
};

// All of them, with their sum at hand: it is asked for at every decision.
class Promises {
 public:
  using Each = std::list<Promise>::iterator;

  Each add(const Promise& promise) {
    slots_ += promise.slots;
    all_.push_back(promise);
    all_.back().id = ++last_id_;
    return std::prev(all_.end());
  }
  void end(Each promise) {
    slots_ -= promise->slots;
    all_.erase(promise);
  }
  template <typename Predicate>
  void end_if(Predicate ends) {
    std::erase_if(all_, ends);
    slots_ = std::accumulate(all_.begin(), all_.end(), 0,
                             [](int sum, const Promise& each) { return sum + each.slots; });
  }

  int slots() const { return slots_; }
  std::list<Promise>& all() { return all_; }
  const std::list<Promise>& all() const { return all_; }

 private:
  std::list<Promise> all_;
  int slots_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace taskgate::gate
