#include "gate/line.h"

#include <algorithm>
#include <utility>

namespace taskgate::gate {

void Line::defer(Sender sender, bool defers) {
  for (Ticket& ticket : waiting_) {
    if (ticket.demand_.sender == sender) ticket.defers_ = defers;
  }
}

void Line::stand(Ticket& ticket, const Classes& classes, TimePoint now) {
  has_stood_ = true;
  ticket.in_line_since_ = now;
  ticket.place_ = place_in_line(ticket, classes);
}

int Line::place_in_line(const Ticket& ticket, const Classes& classes) const {
  const auto key = [&](const Ticket& each) {
    return std::pair(classes.rank_of(each.demand_.class_id), each.defers_);
  };
  int before = 0;
  bool is_older = true;
  for (const Ticket& each : waiting_) {
    if (&each == &ticket) {
      is_older = false;
      continue;
    }
    const bool is_before = is_older ? key(each) <= key(ticket) : key(each) < key(ticket);
    if (each.stands() && is_before) ++before;
  }
  return before + 1;
}

void Line::count(const Classes& classes, Shares& shares) const {
  for (const Ticket& each : waiting_) {
    if (each.stands()) ++shares.of[classes.rank_of(each.demand_.class_id)].waiting;
  }
}

std::vector<InLine> Line::standing(const Classes& classes) const {
  std::vector<InLine> line;
  walk(waiting_, classes, [&](const Ticket& each) {
    if (!each.stands()) return;
    const std::string& name = classes.rule(classes.rank_of(each.demand_.class_id)).name;
    line.push_back({name, std::string(each.demand_.route), *each.in_line_since_,
                    std::string(each.demand_.path_id)});
  });
  return line;
}

Line::Ends Line::first_ends() const {
  if (!has_stood_ && all_wait_alike_) return {waiting_.front().deadline_, std::nullopt};
  Ends first;
  for (const Ticket& each : waiting_) {
    auto& end = each.stands() ? first.stands : first.waits;
    const TimePoint its = each.stands() ? each.line_until_ : each.deadline_;
    end = end ? std::min(*end, its) : its;
  }
  return first;
}

}  // namespace taskgate::gate
