// When a refused client should come back. Pure.
//
// A slot that a session holds comes free when somebody's work ends. How soon is learned: from how
// many sessions ended in the last quarter of an hour; where those are too few, from how long the
// last ones had lived and those that live now have lived so far, shared among those that live now;
// where sessions are too few and too young for that, it is a guess. Waiting teaches as well as ends
// do: the next end is taken to be no nearer than the last one is past. The answer is bounded both
// ways: nobody is sent away for hours because sessions live long, since one can end at any moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "gate/decision.h"

namespace taskgate::gate {

// How slots came free, as far as it was seen.
struct Turnover {
  int freed = 0;                          // sessions that ended within `watched`
  Duration watched{};                     // up to now; at most Departures::kWatched
  int ended = 0;                          // sessions whose lifetime is known, also longer ago
  std::optional<Duration> mean_lifetime;  // theirs
  Duration mean_age{};                    // of those that live: how long they have lived so far
  Duration quiet{};  // since the last one ended, or the first listing; at most `mean_age`
};

// What the time stands on; `basis` in GET /status.
enum class RetryBasis : std::uint8_t {
  recent,     // sessions that ended lately
  lifetimes,  // how long the last ones had lived, and those that live have lived so far
  quiet,      // none has ended for so long
  guess,      // too little is known
  closed,     // the limit is 0: nothing will come free
  fixed,      // the refusal has another reason than live sessions, whose time is known
};
const char* name_of(RetryBasis basis);

struct RetryWindow {
  int seconds = 1;  // RateLimit's `t`, at least 1
  RetryBasis basis = RetryBasis::guess;
};

// Too few of anything prove nothing.
inline constexpr int kEnoughDepartures = 3;
inline constexpr int kShortestWindow = 2;
inline constexpr int kLongestWindow = 300;

// Until a slot may be free for a create that is refused now. `live` counts where sessions are in
// the way: where more live than the limit allows, as many more have to end first. For `class_full`
// both are those of the class.
RetryWindow retry_window(RefusalReason reason, int live, int limit, const Turnover& seen);

// Retry-After in seconds: never before the window's end, and at most half of it (or 2 s) behind.
// `draw` is any number, another one each time: it spreads the clients of a burst so that they do
// not all come back at once.
int retry_after(const RetryWindow& window, std::uint32_t draw);

}  // namespace taskgate::gate
