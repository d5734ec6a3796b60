// What a Lister lists by, and how that changes while a listing runs. Loop thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "tmux/listeners.h"

namespace taskgate::tmux {

struct ListerSettings {
  std::vector<std::string> sockets;  // paths of sockets, or of folders: every socket in it
  std::vector<std::string> match;    // anchored fnmatch patterns
  Duration timeout = std::chrono::seconds(1);
  Duration hold = std::chrono::seconds(10);
  // The tmux server is known to be in our network namespace: the upstream is reached by loopback.
  bool shares_namespace = false;
  std::function<ListenerTable()> listeners = read_listeners;

  // Whether the same sessions count by both.
  bool count_as(const ListerSettings& other) const {
    return sockets == other.sockets && match == other.match;
  }
};

// Those in use, which stay as they are while a listing is under way, and those that come meanwhile.
class SettingsInUse {
 public:
  explicit SettingsInUse(ListerSettings initial) : now_(std::move(initial)) {}

  const ListerSettings* operator->() const { return &now_; }
  bool are_about_to_change() const { return next_.has_value(); }
  // A listing by them, or by earlier ones of the same sessions, found some that count.
  bool have_counted() const { return have_counted_; }

  // From the next listing on. True: by these other sessions may count.
  bool replace(ListerSettings by) {
    const bool are_others = !by.count_as(next_ ? *next_ : now_);
    are_outdated_ = are_outdated_ || (are_others && is_listing_);
    have_counted_ = have_counted_ && !are_others;
    if (is_listing_) {
      next_ = std::move(by);
    } else {
      now_ = std::move(by);
    }
    return are_others;
  }

  void begin_listing() { is_listing_ = true; }
  bool is_listing() const { return is_listing_; }
  // The listing ended with so many sessions that count. True: by what came meanwhile others do, so
  // that it says nothing.
  bool end_listing(int live) {
    is_listing_ = false;
    have_counted_ = !are_outdated_ && (have_counted_ || live > 0);
    if (next_) now_ = *std::exchange(next_, std::nullopt);
    return std::exchange(are_outdated_, false);
  }

 private:
  ListerSettings now_;
  std::optional<ListerSettings> next_;
  bool is_listing_ = false;
  bool are_outdated_ = false;
  bool have_counted_ = false;
};

}  // namespace taskgate::tmux
