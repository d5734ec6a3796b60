// The signal: what the last listings said, and how far their count can be trusted. Passive and
// clock-free, as the gate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "gate/snapshot.h"
#include "tmux/listing.h"

namespace taskgate::gate {

// What a decision stands on.
struct Basis {
  SignalState signal = SignalState::none;
  int live = 0;  // when known or held
  TimePoint at{};
  bool counts() const { return signal == SignalState::known || signal == SignalState::held; }
};

class Signal {
 public:
  // Whether the listing is good, and not older than the last good one: the count is its.
  bool observe(const tmux::Listing& listing);
  // Other sessions count from now on.
  void forget();

  // `hold`: tmux.hold. `blind`: the listings are of the wrong socket (socket_check.h).
  Basis basis(TimePoint now, Duration hold, bool blind) const;

  // Of the last listing that was tried; began() and ended() only where there is one.
  bool listed_since(TimePoint moment) const { return tried_ && tried_->began > moment; }
  bool failed() const { return fault_.has_value(); }
  TimePoint began() const { return tried_->began; }
  TimePoint ended() const { return tried_->ended; }

  // Since the last good one began, and the last good one that asked for details.
  std::optional<Duration> age(TimePoint now) const;
  // In words, for a decision that stands on this state. Empty: none.
  std::string fault_name(SignalState state) const;
  std::string fault_detail(SignalState state) const;
  void show(Snapshot& shot, const Basis& on) const;

 private:
  struct Tried {
    TimePoint began;
    TimePoint ended;
  };
  // Of a good listing, what decisions stand on.
  struct Good {
    TimePoint began;
    int live;
  };

  std::optional<Tried> tried_;
  std::optional<tmux::Fault> fault_;
  std::string detail_;
  std::optional<Good> good_;
  // The last good one that asked for details.
  std::optional<TimePoint> details_began_;
  std::int64_t details_wall_ = 0;
};

}  // namespace taskgate::gate
