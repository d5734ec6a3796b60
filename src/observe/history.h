// What came, how it was decided, and what the gate saw and met meanwhile: in steps of five seconds
// for a quarter of an hour. Nothing is listed for it. Passive and clock-free; loop thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/enumerators.h"
#include "base/time.h"
#include "gate/snapshot.h"
#include "gate/verdict.h"

namespace taskgate::observe {

struct Counts {
  std::uint64_t requests = 0;  // all that ended, creates and their refusals among them
  std::uint64_t admitted = 0;  // creates that passed, by count or although it was unknown or full
  std::uint64_t refused = 0;
  std::uint64_t withdrawn = 0;          // the client left before the decision
  std::uint64_t upstream_failures = 0;  // exchanges without an answer
};

// What became known of the gate in one step of time.
struct HistoryPoint {
  int steps_ago = 0;
  std::optional<gate::SignalState> signal;  // of the last listing; unset: none ended in this step
  std::optional<int> live;                  // of that listing; unset while unknown
  int reserved = 0;                         // the rest as it was last
  int limit = 0;
  int admitted = 0;  // creates decided in this step
  int refused = 0;
  std::optional<int> peak{};  // the highest count of a listing in this step

  bool operator==(const HistoryPoint&) const = default;
};

// What cuts the gate's life into parts.
enum class Mark : std::uint8_t { start, reload, drain, resume };
inline constexpr auto kMarks = values_up_to<Mark::resume>();
const char* name_of(Mark mark);

struct HistoryMark {
  int steps_ago = 0;
  Mark kind = Mark::start;

  bool operator==(const HistoryMark&) const = default;
};

// The highest count, and when it was seen first.
struct Peak {
  int live = 0;
  std::chrono::system_clock::time_point when;

  bool operator==(const Peak&) const = default;
};

class History {
 public:
  static constexpr auto kStep = std::chrono::seconds(5);
  static constexpr int kSteps = 180;

  // A listing ended, and this is what the gate made of it.
  void listed(const gate::Snapshot& gate, TimePoint now,
              std::chrono::system_clock::time_point wall);
  // A create was decided, or withdrawn.
  void decided(const gate::Verdict& verdict, TimePoint now);
  // An exchange with the upstream ended without an answer.
  void upstream_failed(TimePoint now);
  // A request ended, a create or another.
  void ended(TimePoint now);

  // Once a kind and step.
  void mark(Mark mark, TimePoint now);

  // Since the start; unset: no count was known yet.
  const std::optional<Peak>& peak() const { return peak_; }
  // In whole steps, so that it covers between 55 and 60 s.
  Counts last_minute(TimePoint now) const;
  // Steps in which something became known of the gate, oldest first.
  std::vector<HistoryPoint> points(TimePoint now) const;
  // Of the same time, oldest first.
  std::vector<HistoryMark> marks(TimePoint now) const;

 private:
  struct Step {
    std::int64_t number = -1;  // since the clock's epoch
    Counts counts{};
    std::optional<HistoryPoint> point{};
    std::array<bool, kMarks.size()> marks{};
  };

  Step& step_at(TimePoint now);
  Step& count(const Counts& more, TimePoint now);
  const Step* find_step(std::int64_t number) const;
  template <typename Visit>
  void each_step(TimePoint now, std::int64_t steps, Visit visit) const;

  std::optional<Peak> peak_;
  std::array<Step, kSteps> ring_{};
};

}  // namespace taskgate::observe
