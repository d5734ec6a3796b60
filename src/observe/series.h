// The series of counters and histograms, by what is counted: which there are from the start, which
// come with a route, a class or a status, and where each is found. Pointers to a series stay valid:
// families never drop one. Loop thread only, but for `families.collect()` and the values, which
// prometheus-cpp lets any thread read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/enumerators.h"
#include "gate/verdict.h"
#include "observe/families.h"
#include "observe/outcome.h"
#include "tmux/listing.h"

namespace taskgate::observe {

std::size_t index(auto enumerator) {
  return static_cast<std::size_t>(enumerator);
}

// How standing in line ends, the label `outcome` of taskgate_line_seconds.
enum class LineEnd : std::uint8_t { admitted, refused, withdrawn };
inline constexpr auto kLineEnds = values_up_to<LineEnd::withdrawn>();

inline constexpr auto kFaults = values_up_to<tmux::Fault::system_error>();

struct RouteSeries {
  using ByReason = std::array<prometheus::Counter*, gate::kRefusalReasons.size()>;

  std::string name;
  prometheus::Histogram* seconds = nullptr;
  std::array<prometheus::Counter*, gate::kDecisions.size()> admissions{};  // of creates: or none
  ByReason refusals{};
  std::map<std::string, ByReason, std::less<>> observed;    // by class
  std::vector<std::pair<int, prometheus::Counter*>> codes;  // a handful; searched from the front
  std::uint64_t waited = 0;                                 // as in RouteTotals
  std::uint64_t errors = 0;
};

struct ClassSeries {
  std::array<prometheus::Histogram*, kLineEnds.size()> line_seconds{};
};

struct Series {
  Series();
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;

  // Of a route that creates; the route "other" is there from the start.
  void add_route(const std::string& name);
  // What a create of the route counts by.
  void add_admissions(RouteSeries& route);
  ClassSeries& add_class(const std::string& name);

  // "other" under a name that was never added, and `default` under such a class.
  RouteSeries& find_route(std::string_view name);
  ClassSeries& find_class(std::string_view name);
  prometheus::Counter& find_observed(RouteSeries& route, const gate::Verdict& verdict);
  // Made with the first answer of that status.
  prometheus::Counter& find_code(RouteSeries& route, int status);

  Families families;
  std::map<std::string, RouteSeries, std::less<>> routes;
  std::map<std::string, ClassSeries, std::less<>> classes;
  RouteSeries* other = nullptr;
  prometheus::Counter* listing_known = nullptr;
  std::array<prometheus::Counter*, kFaults.size()> listing_faults{};
  std::array<prometheus::Counter*, kUpstreamErrors.size()> upstream_errors{};
  prometheus::Counter& reservations_abandoned;
  prometheus::Counter& upstream_rejections;
  prometheus::Counter& clients_vanished;
  prometheus::Counter& reload_success;
  prometheus::Counter& reload_failure;
  prometheus::Histogram& listing_seconds;
  // None for `withdrawn`.
  std::array<prometheus::Histogram*, gate::kDecisions.size()> admission_seconds{};
  prometheus::Histogram& admission_wait_seconds;
  prometheus::Histogram& stream_seconds;
  prometheus::Histogram& tunnel_seconds;

 private:
  RouteSeries& add_any_route(const std::string& name);
  void add_observed(RouteSeries& route, const std::string& class_name);
};

}  // namespace taskgate::observe
