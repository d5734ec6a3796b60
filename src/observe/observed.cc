#include "observe/observed.h"

#include <algorithm>

namespace taskgate::observe {
namespace {

std::int64_t step_number(TimePoint now) {
  return now.time_since_epoch() / Observed::kStep;
}

}  // namespace

void Observed::add(std::string_view route, std::string_view class_name, gate::RefusalReason reason,
                   TimePoint now) {
  const std::int64_t number = step_number(now);
  Ring& ring = rings_[{std::string(route), std::string(class_name), reason}];
  Step& step = ring[static_cast<std::size_t>(number % kStepsOfDay)];
  if (step.number != number) step = {number, 0};
  ++step.count;
}

std::vector<ObservedRefusals> Observed::rows(TimePoint now) const {
  const std::int64_t last = step_number(now);
  std::vector<ObservedRefusals> rows;
  for (const auto& [key, ring] : rings_) {
    const auto& [route, class_name, reason] = key;
    ObservedRefusals row{route, class_name, reason};
    for (const Step& step : ring) {
      if (step.number > last - kStepsOfDay) row.last_day += step.count;
      if (step.number > last - kStepsOfHour) row.last_hour += step.count;
    }
    if (row.last_day > 0) rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, &ObservedRefusals::last_day);
  return rows;
}

}  // namespace taskgate::observe
