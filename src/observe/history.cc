#include "observe/history.h"

namespace taskgate::observe {
namespace {

std::int64_t step_number(TimePoint now) {
  return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) / History::kStep;
}

bool is_admission(gate::Decision decision) {
  return decision == gate::Decision::admitted || decision == gate::Decision::admitted_unknown;
}

}  // namespace

HistoryPoint& History::step_at(const gate::Snapshot& gate, TimePoint now) {
  const std::int64_t number = step_number(now);
  Step& step = ring_[static_cast<std::size_t>(number % kSteps)];
  if (step.number != number) step = {number, {}};
  step.point.reserved = gate.reservations();
  step.point.limit = gate.limit;
  return step.point;
}

void History::listed(const gate::Snapshot& gate, TimePoint now) {
  HistoryPoint& point = step_at(gate, now);
  point.signal = gate.signal;
  point.live = gate.live;
}

void History::decided(gate::Decision decision, const gate::Snapshot& gate, TimePoint now) {
  HistoryPoint& point = step_at(gate, now);
  ++(is_admission(decision) ? point.admitted : point.refused);
}

std::vector<HistoryPoint> History::points(TimePoint now) const {
  const std::int64_t last = step_number(now);
  std::vector<HistoryPoint> points;
  for (std::int64_t number = last - kSteps + 1; number <= last; ++number) {
    if (number < 0) continue;
    const Step& step = ring_[static_cast<std::size_t>(number % kSteps)];
    if (step.number != number) continue;
    points.push_back(step.point);
    points.back().steps_ago = static_cast<int>(last - number);
  }
  return points;
}

}  // namespace taskgate::observe
