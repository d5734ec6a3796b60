// What would have been refused lately, by route, class and reason, had the limit been enforced:
// what an operator who observes needs to choose one. Passive and clock-free; loop thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/time.h"
#include "gate/decision.h"

namespace taskgate::observe {

struct ObservedRefusals {
  std::string route;
  std::string class_name;
  gate::RefusalReason reason;
  std::uint64_t last_hour = 0;  // in whole steps, so that it covers between 55 and 60 minutes
  std::uint64_t last_day = 0;

  bool operator==(const ObservedRefusals&) const = default;
};

class Observed {
 public:
  static constexpr auto kStep = std::chrono::minutes(5);

  void add(std::string_view route, std::string_view class_name, gate::RefusalReason reason,
           TimePoint now);
  // Those of the last day, most first.
  std::vector<ObservedRefusals> rows(TimePoint now) const;

 private:
  static constexpr std::int64_t kStepsOfHour = std::chrono::hours(1) / kStep;
  static constexpr std::int64_t kStepsOfDay = std::chrono::hours(24) / kStep;
  struct Step {
    std::int64_t number = -1;  // since the clock's epoch
    std::uint64_t count = 0;
  };
  using Ring = std::array<Step, kStepsOfDay>;

  std::map<std::tuple<std::string, std::string, gate::RefusalReason>, Ring> rings_;
};

}  // namespace taskgate::observe
