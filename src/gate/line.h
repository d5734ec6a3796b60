// The creates that wait for their decision, and the order in which they are decided: by their
// classes' order, in a class those that defer behind all others, and then the oldest first. Some
// were not looked at yet, some wait for a slot that is promised, and some *stand in line*: no slot
// may come free for a while, and their class lets them wait for one. One thread.
#pragma once

#include <boost/intrusive/list.hpp>
#include <optional>
#include <vector>

#include "gate/classes.h"
#include "gate/snapshot.h"
#include "gate/ticket.h"

namespace taskgate::gate {

class Line {
 public:
  void add(Ticket& ticket) {
    if (empty()) {
      has_stood_ = false;
      all_wait_alike_ = true;
    }
    waiting_.push_back(ticket);
  }
  bool empty() const { return waiting_.empty(); }
  int size() const { return static_cast<int>(waiting_.size()); }
  Ticket& oldest() { return waiting_.front(); }
  TimePoint newest_entered() const { return waiting_.back().entered_; }

  // Calls `decide` for each of them in the order; it may take this one out of the line, and no
  // other.
  template <typename Decide>
  void in_order(const Classes& classes, Decide decide) {
    walk(waiting_, classes, decide);
  }

  // Its sender was turned away, or got something done.
  void defer(Sender sender, bool defers);

  // Whether anybody may stand; false spares looking for them.
  bool has_stood() const { return has_stood_; }
  // Those that come from now on may wait for longer or shorter than those that are here.
  void waits_differ() { all_wait_alike_ = false; }
  // One that waits begins to stand in line.
  void stand(Ticket& ticket, const Classes& classes, TimePoint now);
  // Adds those that stand to the shares of their classes.
  void count(const Classes& classes, Shares& shares) const;
  // They, in the order.
  std::vector<InLine> standing(const Classes& classes) const;

  // When the first wait of those that do not stand ends, which is that of the oldest where nobody
  // stands and all wait for as long, and of those that do; nothing: there is none.
  struct Ends {
    std::optional<TimePoint> waits;
    std::optional<TimePoint> stands;
  };
  Ends first_ends() const;

 private:
  // The oldest first, whatever their class and whether they defer.
  using Tickets = boost::intrusive::list<Ticket, boost::intrusive::constant_time_size<false>>;

  template <typename List, typename Call>
  static void walk(List& waiting, const Classes& classes, Call call) {
    for (std::size_t rank = 0; rank < classes.size(); ++rank) {
      for (const bool defers : {false, true}) {
        for (auto next = waiting.begin(); next != waiting.end();) {
          auto& ticket = *next++;
          const bool is_now =
              ticket.defers_ == defers && classes.rank_of(ticket.demand_.class_id) == rank;
          if (is_now) call(ticket);
        }
      }
    }
  }
  int place_in_line(const Ticket& ticket, const Classes& classes) const;

  Tickets waiting_;
  // Since it was empty:
  bool has_stood_ = false;      // anybody
  bool all_wait_alike_ = true;  // for promised slots
};

}  // namespace taskgate::gate
