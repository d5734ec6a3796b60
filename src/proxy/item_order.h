// Keeps apart what changes an item and what launches it, where the kind of the item decides whether
// the launch creates (item_kind.h): an answer about the kind is worth nothing if the item changes
// before the launch is there. Launches of one item run together, and so do changes; of the two
// kinds one waits until the other has ended, and a launch also behind a change that waits already,
// so that none is asked about while its item is about to change. Loop thread only.
//
// Requests that pass the gate are kept apart; a change by another door (in the pod, or by the
// upstream itself) between question and launch is not seen, and the launch is then what it was
// said to be a moment before.
#pragma once

#include <list>
#include <string>
#include <utility>

#include "base/task.h"

namespace taskgate::proxy {

class ItemOrder {
 public:
  // How long a request waits at most. A launch that has run for so long has been read by the
  // upstream, kind and all, even if its answer takes minutes; so a change goes on then, and
  // *overtakes* those that are not sent yet. A launch that has waited in vain is treated as a
  // create, and so is one that was overtaken.
  static constexpr Duration kPatience = std::chrono::seconds(2);

  enum class Touch : std::uint8_t { launch, change };

 private:
  struct Entry {
    std::string item;
    Touch touch;
    bool overtaken = false;
  };

 public:
  explicit ItemOrder(asio::io_context& loop, Duration patience = kPatience)
      : loop_(loop), patience_(patience) {}

  // Holds the item for as long as it lives.
  class Hold {
   public:
    Hold() = default;
    Hold(ItemOrder& order, std::list<Entry>::iterator entry) : order_(&order), entry_(entry) {}
    Hold(Hold&& other) noexcept
        : order_(std::exchange(other.order_, nullptr)), entry_(other.entry_) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (order_ != nullptr) order_->end(entry_);
    }
    // False: a launch for which the changes before it did not end in time. It holds nothing then.
    explicit operator bool() const { return order_ != nullptr; }
    // A change went on meanwhile: what was learned of the item's kind is worth nothing.
    bool is_overtaken() const { return entry_->overtaken; }

   private:
    ItemOrder* order_ = nullptr;
    std::list<Entry>::iterator entry_;
  };

  Task<Hold> enter(std::string item, Touch touch);

 private:
  struct Waiting {
    Entry entry;
    Timer turn;
  };
  class Place;
  bool is_free(const Waiting& waiting) const;
  void overtake_launches(const std::string& item);
  void end(std::list<Entry>::iterator entry);

  asio::io_context& loop_;
  const Duration patience_;
  std::list<Entry> entries_;     // under way: few
  std::list<Waiting*> waiting_;  // who came first is first
};

}  // namespace taskgate::proxy
