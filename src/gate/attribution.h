// Which creates may still turn out to have made a session, and which session it is: the one of the
// name that the create's answer gave, if no listing showed it that ended before the create was
// admitted (one that began before may: tmux answers at some moment between). From then on it is
// known by its id, under whatever name. Never a guess: a session that no answer named is nobody's.
// One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gate/classes.h"
#include "gate/origins.h"
#include "gate/snapshot.h"

namespace taskgate::gate {

class Attribution {
 public:
  // Creates whose slots are free again and whose session was not found yet: their answers are still
  // to name it, or no listing comes that could show it. The oldest is forgotten.
  static constexpr std::size_t kMostSettled = 64;

  // A create was admitted; `is_named`: its answer should name a session.
  void admitted(std::uint64_t id, ClassId class_id, bool is_named, TimePoint now);
  // It started nothing.
  void gone(std::uint64_t id);
  // Its answer names no session, and never will.
  void unnamed(std::uint64_t id);
  // Its answer names this one; `sessions` are those of the last listing.
  void named(std::uint64_t id, std::string_view name, Maker maker, Origins& sessions);
  // Its reservation ended: the sessions that it made are in the next good listing, if not in this.
  void settled(std::uint64_t id);

  // A good listing came, and `sessions` are its.
  void match(Origins& sessions);
  // ... and what ended with it is settled: names that it did not show are of sessions that are
  // gone.
  void forget_settled();

  // Whether the session that a create's answer named was listed; of a create whose reservation is
  // open.
  bool is_claimed(std::uint64_t id) const;
  // Calls `take` with the class of each create whose reservation has ended and whose answer is
  // still being read for the name of its session.
  template <typename Take>
  void each_unnamed(Take take) const {
    for (const Create& each : creates_) {
      if (each.is_settled && each.expects_name && each.name.empty()) take(each.class_id);
    }
  }

  // When the oldest create was admitted that may still turn out to have made one of the sessions
  // that nobody has claimed.
  std::optional<TimePoint> open_since() const;

 private:
  struct Create {
    std::uint64_t id = 0;
    ClassId class_id = kDefaultClass;
    TimePoint admitted{};
    bool expects_name = false;
    bool is_settled = false;
    std::string name{};  // empty: not named yet
    Maker maker{};
  };
  Create* find(std::uint64_t id);
  static bool claim(Create& create, Origins& sessions);

  std::vector<Create> creates_;  // the oldest first
};

}  // namespace taskgate::gate
