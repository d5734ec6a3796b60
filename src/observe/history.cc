#include "observe/history.h"

#include <algorithm>

#include "base/names.h"

namespace taskgate::observe {
namespace {

constexpr std::int64_t kStepsOfMinute = std::chrono::minutes(1) / History::kStep;

std::int64_t history_step(TimePoint now) {
  return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) / History::kStep;
}

void add(Counts& to, const Counts& more) {
  to.requests += more.requests;
  to.admitted += more.admitted;
  to.refused += more.refused;
  to.withdrawn += more.withdrawn;
  to.upstream_failures += more.upstream_failures;
}

HistoryPoint& point_of(std::optional<HistoryPoint>& point) {
  return point ? *point : point.emplace();
}

Counts count_of(gate::Decision decision) {
  if (decision == gate::Decision::withdrawn) return {.withdrawn = 1};
  return gate::passes(decision) ? Counts{.admitted = 1} : Counts{.refused = 1};
}

constexpr auto kMarkNames = names_up_to(Mark::resume, {{Mark::start, "start"},
                                                       {Mark::reload, "reload"},
                                                       {Mark::drain, "drain"},
                                                       {Mark::resume, "resume"}});

}  // namespace

const char* name_of(Mark mark) {
  return kMarkNames[mark];
}

History::Step& History::step_at(TimePoint now) {
  const std::int64_t number = history_step(now);
  Step& step = ring_[static_cast<std::size_t>(number % kSteps)];
  if (step.number != number) step = {number};
  return step;
}

// Null for a step in which nothing happened.
const History::Step* History::find_step(std::int64_t number) const {
  if (number < 0) return nullptr;
  const Step& step = ring_[static_cast<std::size_t>(number % kSteps)];
  return step.number == number ? &step : nullptr;
}

void History::listed(const gate::Snapshot& gate, TimePoint now,
                     std::chrono::system_clock::time_point wall) {
  if (gate.live && (!peak_ || *gate.live > peak_->live)) peak_ = {*gate.live, wall};
  HistoryPoint& point = point_of(step_at(now).point);
  point.signal = gate.signal;
  point.live = gate.live;
  point.peak = std::max(point.peak, gate.live);
  point.reserved = gate.reservations();
  point.limit = gate.limit;
}

void History::decided(const gate::Verdict& verdict, TimePoint now) {
  Step& step = count(count_of(verdict.decision), now);
  if (verdict.decision == gate::Decision::withdrawn) return;
  HistoryPoint& point = point_of(step.point);
  point.reserved = verdict.reserved + verdict.slots;
  point.limit = verdict.limit;
}

void History::upstream_failed(TimePoint now) {
  count({.upstream_failures = 1}, now);
}

void History::ended(TimePoint now) {
  count({.requests = 1}, now);
}

void History::mark(Mark mark, TimePoint now) {
  step_at(now).marks[static_cast<std::size_t>(mark)] = true;
}

History::Step& History::count(const Counts& more, TimePoint now) {
  Step& step = step_at(now);
  add(step.counts, more);
  return step;
}

// Visits what is kept of the last `steps`, each with how many steps ago it was, the oldest first.
template <typename Visit>
void History::each_step(TimePoint now, std::int64_t steps, Visit visit) const {
  const std::int64_t last = history_step(now);
  for (std::int64_t ago = steps - 1; ago >= 0; --ago) {
    if (const Step* step = find_step(last - ago)) visit(*step, static_cast<int>(ago));
  }
}

Counts History::last_minute(TimePoint now) const {
  Counts sum;
  each_step(now, kStepsOfMinute, [&](const Step& step, int) { add(sum, step.counts); });
  return sum;
}

std::vector<HistoryPoint> History::points(TimePoint now) const {
  std::vector<HistoryPoint> points;
  each_step(now, kSteps, [&](const Step& step, int steps_ago) {
    if (!step.point) return;
    HistoryPoint& point = points.emplace_back(*step.point);
    point.steps_ago = steps_ago;
    point.admitted = static_cast<int>(step.counts.admitted);
    point.refused = static_cast<int>(step.counts.refused);
  });
  return points;
}

std::vector<HistoryMark> History::marks(TimePoint now) const {
  std::vector<HistoryMark> marks;
  each_step(now, kSteps, [&](const Step& step, int steps_ago) {
    for (const Mark kind : kMarks) {
      if (step.marks[static_cast<std::size_t>(kind)]) marks.push_back({steps_ago, kind});
    }
  });
  return marks;
}

}  // namespace taskgate::observe
