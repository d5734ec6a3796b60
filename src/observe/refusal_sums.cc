#include "observe/refusal_sums.h"

#include <algorithm>
#include <functional>

namespace taskgate::observe {
namespace {

constexpr std::int64_t kStepsOfHour = std::chrono::hours(1) / RefusalSums::kStep;

std::int64_t step_number(TimePoint now) {
  return now.time_since_epoch() / RefusalSums::kStep;
}

}  // namespace

void RefusalSums::add(const What& what, std::string_view request_id, TimePoint now,
                      std::chrono::system_clock::time_point wall) {
  const std::int64_t number = step_number(now);
  if (number != newest_) forget_old(number);
  newest_ = number;
  Sum& sum = sum_of(what);
  Step& step = sum.ring[static_cast<std::size_t>(number) % steps_];
  if (step.number != number) step = {number, 0};
  ++step.count;
  sum.last_request_id = request_id;
  sum.last = wall;
  sum.last_step = number;
}

// Routes, classes and reasons are of the configuration, so that only path ids are too many.
RefusalSums::Sum& RefusalSums::sum_of(const What& what) {
  const auto found = sums_.find(what);
  if (found != sums_.end()) return found->second;
  if (!what.path_id.empty() && sums_.size() >= kMost) {
    return sum_of({what.route, {}, what.class_name, what.reason});
  }
  const auto added = sums_.try_emplace(Key(what));
  added.first->second.ring.resize(steps_);
  return added.first->second;
}

void RefusalSums::forget_old(std::int64_t number) {
  const std::int64_t first = number - static_cast<std::int64_t>(steps_) + 1;
  std::erase_if(sums_, [&](const auto& each) { return each.second.last_step < first; });
}

std::vector<RefusalSum> RefusalSums::rows(TimePoint now) const {
  const std::int64_t last = step_number(now);
  std::vector<RefusalSum> rows;
  for (const auto& [key, sum] : sums_) {
    RefusalSum row{key.route, key.class_name, key.reason};
    for (const Step& step : sum.ring) {
      if (step.number > last - static_cast<std::int64_t>(steps_)) row.last_day += step.count;
      if (step.number > last - kStepsOfHour) row.last_hour += step.count;
    }
    if (row.last_day == 0) continue;
    row.path_id = key.path_id;
    row.last_request_id = sum.last_request_id;
    row.last = sum.last;
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, &RefusalSum::last_day);
  return rows;
}

}  // namespace taskgate::observe
