#include "proxy/item_order.h"

#include <algorithm>

namespace taskgate::proxy {
namespace {

class Place {
 public:
  Place(std::list<Timer*>& among, Timer& turn)
      : among_(among), at_(among.insert(among.end(), &turn)) {}
  ~Place() { among_.erase(at_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::list<Timer*>& among_;
  std::list<Timer*>::iterator at_;
};

}  // namespace

Task<ItemOrder::Hold> ItemOrder::enter(std::string item, Touch touch) {
  const TimePoint deadline = Clock::now() + kPatience;
  while (!is_free(item, touch)) {
    if (Clock::now() >= deadline) co_return Hold();
    Timer turn(loop_, deadline);
    const Place place(waiting_, turn);
    co_await turn.async_wait(kTask);
  }
  entries_.push_front({std::move(item), touch});
  co_return Hold(*this, entries_.begin());
}

bool ItemOrder::is_free(const std::string& item, Touch touch) const {
  return std::none_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.touch != touch && entry.item == item;
  });
}

void ItemOrder::end(std::list<Entry>::iterator entry) {
  entries_.erase(entry);
  for (Timer* turn : waiting_) turn->cancel();
}

}  // namespace taskgate::proxy
