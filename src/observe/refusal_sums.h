// How many creates were refused lately, or would have been where nothing is enforced: summed up by
// route, by what the route's variable stood for, by class and by reason, in steps of five minutes.
// What clients can choose is bounded. Passive and clock-free; loop thread only.
#pragma once

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

struct RefusalSum {
  std::string route;
  std::string class_name;
  gate::RefusalReason reason;
  std::uint64_t last_hour = 0;  // in whole steps, so that it covers between 55 and 60 minutes
  std::uint64_t last_day = 0;   // no more than is remembered
  std::string path_id{};        // route::Match; empty: none, or of all that had no sum of their own
  std::string last_request_id{};
  std::chrono::system_clock::time_point last{};

  bool operator==(const RefusalSum&) const = default;
};

class RefusalSums {
 public:
  static constexpr auto kStep = std::chrono::minutes(5);
  static constexpr std::size_t kMost = 256;

  // What one refusal is put to.
  struct What {
    std::string_view route, path_id, class_name;
    gate::RefusalReason reason;
  };

  // How long is remembered: an hour, or up to a day.
  explicit RefusalSums(std::chrono::minutes remembered)
      : steps_(static_cast<std::size_t>(remembered / kStep)) {}

  // Of a path id that would make one sum too many the refusal is put to the sum without one.
  void add(const What& what, std::string_view request_id, TimePoint now,
           std::chrono::system_clock::time_point wall);
  // Those of the time that is remembered, most first.
  std::vector<RefusalSum> rows(TimePoint now) const;

 private:
  struct Step {
    std::int64_t number = -1;  // since the clock's epoch
    std::uint64_t count = 0;
  };
  struct Sum {
    std::vector<Step> ring;
    std::string last_request_id{};
    std::chrono::system_clock::time_point last{};
    std::int64_t last_step = 0;
  };

  struct Key {
    explicit Key(const What& what)
        : route(what.route),
          path_id(what.path_id),
          class_name(what.class_name),
          reason(what.reason) {}

    std::string route, path_id, class_name;
    gate::RefusalReason reason;
  };
  // A sum is found without a copy of what it is looked for by.
  struct Before {
    using is_transparent = void;
    static auto parts(const auto& each) {
      return std::tuple<std::string_view, std::string_view, std::string_view, gate::RefusalReason>(
          each.route, each.path_id, each.class_name, each.reason);
    }
    bool operator()(const auto& one, const auto& other) const { return parts(one) < parts(other); }
  };

  Sum& sum_of(const What& what);
  void forget_old(std::int64_t number);

  std::size_t steps_;
  std::int64_t newest_ = -1;  // step in which one was added
  std::map<Key, Sum, Before> sums_;
};

}  // namespace taskgate::observe
