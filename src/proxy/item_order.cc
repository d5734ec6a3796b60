#include "proxy/item_order.h"

#include <algorithm>

namespace taskgate::proxy {

class ItemOrder::Place {
 public:
  Place(std::list<Waiting*>& among, Waiting& waiting)
      : among_(among), at_(among.insert(among.end(), &waiting)) {}
  ~Place() { among_.erase(at_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::list<Waiting*>& among_;
  std::list<Waiting*>::iterator at_;
};

Task<ItemOrder::Hold> ItemOrder::enter(std::string item, Touch touch) {
  const TimePoint deadline = Clock::now() + patience_;
  Waiting self{{std::move(item), touch}, Timer(loop_, deadline)};
  const Place place(waiting_, self);
  while (!is_free(self) && Clock::now() < deadline) {
    co_await self.turn.async_wait(kTask);
  }
  if (!is_free(self)) {
    if (touch == Touch::launch) co_return Hold();
    overtake_launches(self.entry.item);
  }
  entries_.push_front(std::move(self.entry));
  co_return Hold(*this, entries_.begin());
}

bool ItemOrder::is_free(const Waiting& waiting) const {
  const auto is_in_the_way = [&](const Entry& entry) {
    return entry.touch != waiting.entry.touch && entry.item == waiting.entry.item;
  };
  if (std::ranges::any_of(entries_, is_in_the_way)) return false;
  if (waiting.entry.touch == Touch::change) return true;
  const auto self = std::ranges::find(waiting_, &waiting);
  return std::none_of(waiting_.begin(), self,
                      [&](const Waiting* before) { return is_in_the_way(before->entry); });
}

void ItemOrder::overtake_launches(const std::string& item) {
  for (Entry& entry : entries_) {
    if (entry.touch == Touch::launch && entry.item == item) entry.overtaken = true;
  }
}

void ItemOrder::end(std::list<Entry>::iterator entry) {
  entries_.erase(entry);
  for (Waiting* waiting : waiting_) waiting->turn.cancel();
}

}  // namespace taskgate::proxy
