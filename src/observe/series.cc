#include "observe/series.h"

#include "base/names.h"

namespace taskgate::observe {
namespace {

using prometheus::Counter;
using prometheus::Histogram;

constexpr std::string_view kOther = "other";

// Answers that the gate makes itself: their series are there from the start, so that the first of
// them is already an increase. The first two are refusals of creates.
constexpr std::array kGateAnswers{429, 503, 502, 504};
constexpr std::size_t kRefusals = 2;

const Histogram::BucketBoundaries kListingBuckets{
    5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2};
const Histogram::BucketBoundaries kAdmissionBuckets{
    5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5};
const Histogram::BucketBoundaries kLineBuckets{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300};
const Histogram::BucketBoundaries kRequestBuckets{1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                  0.5,  1,      2.5,  5,    10,    30,   60,  300};

const Histogram::BucketBoundaries kStreamBuckets{1, 10, 60, 300, 1800, 3600, 4 * 3600, 86400};

// The kinds of taskgate_stream_seconds, as those of taskgate_connections.
constexpr const char* kStream = "stream";
constexpr const char* kTunnel = "tunnel";

constexpr auto kLineEndNames = names_up_to(LineEnd::withdrawn, {{LineEnd::admitted, "admitted"},
                                                                {LineEnd::refused, "refused"},
                                                                {LineEnd::withdrawn, "withdrawn"}});

std::string code_label(int status) {
  if (status == 0) return "none";
  return status >= 100 && status <= 999 ? std::to_string(status) : "invalid";
}

}  // namespace

Series::Series()
    : reservations_abandoned(families.reservations_abandoned.Add({})),
      upstream_rejections(families.upstream_rejections.Add({})),
      clients_vanished(families.clients_vanished.Add({})),
      reload_success(families.config_reloads.Add({{"result", "success"}})),
      reload_failure(families.config_reloads.Add({{"result", "failure"}})),
      listing_seconds(families.session_listing_seconds.Add({}, kListingBuckets)),
      admission_wait_seconds(families.admission_wait_seconds.Add({}, kAdmissionBuckets)),
      stream_seconds(families.stream_seconds.Add({{"kind", kStream}}, kStreamBuckets)),
      tunnel_seconds(families.stream_seconds.Add({{"kind", kTunnel}}, kStreamBuckets)) {
  other = &add_any_route(std::string(kOther));
  listing_known = &families.session_listings.Add({{"result", "known"}});
  for (const auto fault : kFaults) {
    listing_faults[index(fault)] =
        &families.session_listings.Add({{"result", tmux::name_of(fault)}});
  }
  for (const auto error : kUpstreamErrors) {
    upstream_errors[index(error)] = &families.upstream_errors.Add({{"reason", name_of(error)}});
  }
  for (const auto decision : gate::kDecisions) {
    if (decision == gate::Decision::withdrawn) continue;
    admission_seconds[index(decision)] =
        &families.admission_seconds.Add({{"decision", name_of(decision)}}, kAdmissionBuckets);
  }
}

RouteSeries& Series::add_any_route(const std::string& name) {
  RouteSeries& route = routes[name];
  if (route.seconds != nullptr) return route;
  route.name = name;
  route.seconds = &families.request_seconds.Add({{"route", name}}, kRequestBuckets);
  for (std::size_t i = kRefusals; i < kGateAnswers.size(); ++i) find_code(route, kGateAnswers[i]);
  return route;
}

void Series::add_route(const std::string& name) {
  RouteSeries& route = add_any_route(name);
  for (std::size_t i = 0; i < kRefusals; ++i) find_code(route, kGateAnswers[i]);
  add_admissions(route);
}

void Series::add_admissions(RouteSeries& route) {
  for (const auto decision : gate::kDecisions) {
    route.admissions[index(decision)] =
        &families.admissions.Add({{"decision", name_of(decision)}, {"route", route.name}});
  }
  for (const auto reason : gate::kRefusalReasons) {
    route.refusals[index(reason)] =
        &families.refusals.Add({{"reason", name_of(reason)}, {"route", route.name}});
  }
  add_observed(route, gate::kDefaultClassName);
  for (const auto& [name, series] : classes) add_observed(route, name);
}

void Series::add_observed(RouteSeries& route, const std::string& class_name) {
  RouteSeries::ByReason& counters = route.observed[class_name];
  for (const auto reason : gate::kRefusalReasons) {
    counters[index(reason)] = &families.observed_refusals.Add(
        {{"class", class_name}, {"reason", name_of(reason)}, {"route", route.name}});
  }
}

ClassSeries& Series::add_class(const std::string& name) {
  const auto [at, is_new] = classes.try_emplace(name);
  if (!is_new) return at->second;
  for (const auto end : kLineEnds) {
    at->second.line_seconds[index(end)] = &families.line_seconds.Add(
        {{"class", name}, {"outcome", kLineEndNames[end]}}, kLineBuckets);
  }
  for (auto& [route_name, route] : routes) {
    if (!route.observed.empty()) add_observed(route, name);
  }
  return at->second;
}

RouteSeries& Series::find_route(std::string_view name) {
  if (name == kOther) return *other;
  const auto found = routes.find(name);
  return found == routes.end() ? *other : found->second;
}

ClassSeries& Series::find_class(std::string_view name) {
  const auto found = classes.find(name);
  return found == classes.end() ? add_class(gate::kDefaultClassName) : found->second;
}

Counter& Series::find_observed(RouteSeries& route, const gate::Verdict& verdict) {
  auto found = route.observed.find(verdict.class_name);
  if (found == route.observed.end()) found = route.observed.find(gate::kDefaultClassName);
  return *found->second[index(*verdict.reason)];
}

Counter& Series::find_code(RouteSeries& route, int status) {
  for (const auto& [known, counter] : route.codes) {
    if (known == status) return *counter;
  }
  Counter& added = families.requests.Add({{"code", code_label(status)}, {"route", route.name}});
  route.codes.emplace_back(status, &added);
  return added;
}

}  // namespace taskgate::observe
