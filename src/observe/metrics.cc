#include "observe/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <sstream>
#include <utility>

#include "base/enumerators.h"
#include "base/names.h"
#include "observe/families.h"
#include "observe/gauges.h"
#include "observe/status.h"

namespace taskgate::observe {
namespace {

using prometheus::Counter;
using prometheus::Histogram;

constexpr std::string_view kOther = "other";

// Answers that the gate makes itself: their series are there from the start, so that the first of
// them is already an increase. The first two are refusals of creates.
constexpr std::array kGateAnswers{429, 503, 502, 504};
constexpr std::size_t kRefusals = 2;

constexpr auto kFaults = values_up_to<tmux::Fault::system_error>();

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

// How standing in line ends, the label `outcome` of taskgate_line_seconds.
enum class LineEnd : std::uint8_t { admitted, refused, withdrawn };
constexpr auto kLineEnds = values_up_to<LineEnd::withdrawn>();
constexpr auto kLineEndNames = names_up_to(LineEnd::withdrawn, {{LineEnd::admitted, "admitted"},
                                                                {LineEnd::refused, "refused"},
                                                                {LineEnd::withdrawn, "withdrawn"}});

LineEnd end_of_line(gate::Decision decision) {
  if (decision == gate::Decision::withdrawn) return LineEnd::withdrawn;
  return gate::passes(decision) ? LineEnd::admitted : LineEnd::refused;
}

std::size_t index(auto enumerator) {
  return static_cast<std::size_t>(enumerator);
}

std::uint64_t value_of(const Counter* counter) {
  return counter == nullptr ? 0 : static_cast<std::uint64_t>(counter->Value());
}

std::vector<Bucket> buckets_of(const Histogram& histogram) {
  std::vector<Bucket> buckets;
  for (const auto& each : histogram.Collect().histogram.bucket) {
    buckets.emplace_back(each.upper_bound, each.cumulative_count);
  }
  return buckets;
}

std::string code_label(int status) {
  if (status == 0) return "none";
  return status >= 100 && status <= 999 ? std::to_string(status) : "invalid";
}

using ByReason = std::array<Counter*, gate::kRefusalReasons.size()>;

// The series of one route. Pointers that were looked up once stay valid: families never drop a
// series.
struct RouteSeries {
  std::string name;
  Histogram* seconds = nullptr;
  std::array<Counter*, gate::kDecisions.size()> admissions{};
  ByReason refusals{};
  std::map<std::string, ByReason, std::less<>> observed;  // by class
  std::vector<std::pair<int, Counter*>> codes;            // a handful; searched from the front
  std::uint64_t waited = 0;                               // as in RouteTotals
  std::uint64_t errors = 0;
};

RouteTotals totals_of(const RouteSeries& route) {
  RouteTotals totals{.route = route.name, .waited = route.waited, .errors = route.errors};
  for (const auto& [status, counter] : route.codes) totals.requests += value_of(counter);
  for (const auto decision : gate::kDecisions) {
    const std::uint64_t count = value_of(route.admissions[index(decision)]);
    if (gate::passes(decision)) totals.admitted += count;
    if (decision == gate::Decision::observed) totals.observed = count;
    if (decision == gate::Decision::withdrawn) totals.withdrawn = count;
  }
  for (const Counter* counter : route.refusals) totals.refused += value_of(counter);
  const std::vector<Bucket> buckets = buckets_of(*route.seconds);
  totals.median_seconds = quantile(0.5, buckets);
  totals.p99_seconds = quantile(0.99, buckets);
  return totals;
}

struct ClassSeries {
  std::array<Histogram*, kLineEnds.size()> line_seconds{};
};

}  // namespace

struct Metrics::Impl {
  Families families;
  std::map<std::string, RouteSeries, std::less<>> routes;   // the loop's thread only
  std::map<std::string, ClassSeries, std::less<>> classes;  // likewise
  RouteSeries* other = nullptr;
  Counter* listing_known = nullptr;
  std::array<Counter*, kFaults.size()> listing_faults{};
  std::array<Counter*, kUpstreamErrors.size()> upstream_errors{};
  Counter& reservations_abandoned = families.reservations_abandoned.Add({});
  Counter& upstream_rejections = families.upstream_rejections.Add({});
  Counter& clients_vanished = families.clients_vanished.Add({});
  Counter& reload_success = families.config_reloads.Add({{"result", "success"}});
  Counter& reload_failure = families.config_reloads.Add({{"result", "failure"}});
  Histogram& listing_seconds = families.session_listing_seconds.Add({}, kListingBuckets);
  std::array<Histogram*, gate::kDecisions.size()> admission_seconds{};  // none for `withdrawn`
  Histogram& admission_wait_seconds = families.admission_wait_seconds.Add({}, kAdmissionBuckets);
  Histogram& stream_seconds = families.stream_seconds.Add({{"kind", kStream}}, kStreamBuckets);
  Histogram& tunnel_seconds = families.stream_seconds.Add({{"kind", kTunnel}}, kStreamBuckets);

  Impl();
  RouteSeries& add_route(const std::string& name);
  void add_creating_route(const std::string& name);
  void add_admissions(RouteSeries& route);
  void add_observed(RouteSeries& route, const std::string& class_name);
  ClassSeries& add_class(const std::string& name);
  RouteSeries& find_route(std::string_view name);
  ClassSeries& find_class(std::string_view name);
  Counter& observed(RouteSeries& route, const gate::Verdict& verdict);
  Counter& code(RouteSeries& route, int status);
  void record_time(RouteSeries& route, const Outcome& outcome);
  void record_verdict(RouteSeries& route, const Outcome& outcome);
};

Metrics::Impl::Impl() {
  other = &add_route(std::string(kOther));
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

RouteSeries& Metrics::Impl::add_route(const std::string& name) {
  RouteSeries& route = routes[name];
  if (route.seconds != nullptr) return route;
  route.name = name;
  route.seconds = &families.request_seconds.Add({{"route", name}}, kRequestBuckets);
  for (std::size_t i = kRefusals; i < kGateAnswers.size(); ++i) code(route, kGateAnswers[i]);
  return route;
}

void Metrics::Impl::add_creating_route(const std::string& name) {
  RouteSeries& route = add_route(name);
  for (std::size_t i = 0; i < kRefusals; ++i) code(route, kGateAnswers[i]);
  add_admissions(route);
}

void Metrics::Impl::add_admissions(RouteSeries& route) {
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

void Metrics::Impl::add_observed(RouteSeries& route, const std::string& class_name) {
  ByReason& counters = route.observed[class_name];
  for (const auto reason : gate::kRefusalReasons) {
    counters[index(reason)] = &families.observed_refusals.Add(
        {{"class", class_name}, {"reason", name_of(reason)}, {"route", route.name}});
  }
}

ClassSeries& Metrics::Impl::add_class(const std::string& name) {
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

RouteSeries& Metrics::Impl::find_route(std::string_view name) {
  if (name == kOther) return *other;
  const auto found = routes.find(name);
  return found == routes.end() ? *other : found->second;
}

ClassSeries& Metrics::Impl::find_class(std::string_view name) {
  const auto found = classes.find(name);
  return found == classes.end() ? add_class(gate::kDefaultClassName) : found->second;
}

Counter& Metrics::Impl::observed(RouteSeries& route, const gate::Verdict& verdict) {
  auto found = route.observed.find(verdict.class_name);
  if (found == route.observed.end()) found = route.observed.find(gate::kDefaultClassName);
  return *found->second[index(*verdict.reason)];
}

Counter& Metrics::Impl::code(RouteSeries& route, int status) {
  for (const auto& [known, counter] : route.codes) {
    if (known == status) return *counter;
  }
  Counter& added = families.requests.Add({{"code", code_label(status)}, {"route", route.name}});
  route.codes.emplace_back(status, &added);
  return added;
}

void Metrics::Impl::record_time(RouteSeries& route, const Outcome& outcome) {
  Histogram& histogram = outcome.tunnel   ? tunnel_seconds
                         : outcome.stream ? stream_seconds
                                          : *route.seconds;
  histogram.Observe(to_seconds(outcome.total));
}

void Metrics::Impl::record_verdict(RouteSeries& route, const Outcome& outcome) {
  const gate::Verdict& verdict = *outcome.verdict;
  if (route.admissions.front() == nullptr) add_admissions(route);
  route.admissions[index(verdict.decision)]->Increment();
  if (verdict.refused()) route.refusals[index(*verdict.reason)]->Increment();
  if (verdict.decision == gate::Decision::observed) observed(route, verdict).Increment();
  if (verdict.decision != gate::Decision::withdrawn) {
    admission_seconds[index(verdict.decision)]->Observe(to_seconds(outcome.waited));
    if (outcome.waited_for_slot) {
      admission_wait_seconds.Observe(to_seconds(*outcome.waited_for_slot));
    }
  }
  if (outcome.waited_for_slot || outcome.waited_in_line) ++route.waited;
  if (outcome.waited_in_line) {
    find_class(verdict.class_name)
        .line_seconds[index(end_of_line(verdict.decision))]
        ->Observe(to_seconds(*outcome.waited_in_line));
  }
}

Metrics::Metrics(const std::vector<std::string>& routes) : impl_(std::make_unique<Impl>()) {
  add_routes(routes);
}

Metrics::~Metrics() = default;

void Metrics::add_routes(const std::vector<std::string>& routes) {
  for (const std::string& name : routes) impl_->add_creating_route(name);
}

void Metrics::add_classes(const std::vector<std::string>& names) {
  if (names.empty()) return;
  impl_->add_class(gate::kDefaultClassName);
  for (const std::string& name : names) impl_->add_class(name);
}

void Metrics::record(const Outcome& outcome) {
  RouteSeries& route = impl_->find_route(outcome.route);
  impl_->code(route, outcome.status).Increment();
  impl_->record_time(route, outcome);
  if (outcome.verdict) impl_->record_verdict(route, outcome);
  if (outcome.upstream_error) {
    impl_->upstream_errors[index(*outcome.upstream_error)]->Increment();
    ++route.errors;
  }
  if (outcome.upstream_rejected) impl_->upstream_rejections.Increment();
  if (outcome.client_vanished) client_vanished();
}

void Metrics::listing(const tmux::Listing& listing) {
  Counter* result =
      listing.fault ? impl_->listing_faults[index(*listing.fault)] : impl_->listing_known;
  result->Increment();
  impl_->listing_seconds.Observe(to_seconds(listing.ended - listing.began));
}

void Metrics::reservation_abandoned() {
  impl_->reservations_abandoned.Increment();
}

void Metrics::client_vanished() {
  impl_->clients_vanished.Increment();
}

void Metrics::config_reload(bool succeeded) {
  (succeeded ? impl_->reload_success : impl_->reload_failure).Increment();
}

std::vector<RouteTotals> Metrics::totals() const {
  std::vector<RouteTotals> totals;
  for (const auto& [name, route] : impl_->routes) totals.push_back(totals_of(route));
  return totals;
}

std::string Metrics::render(const Status& status) const {
  auto families = impl_->families.collect();
  auto computed = gauges(status);
  std::ranges::move(computed, std::back_inserter(families));
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  for (auto& family : families) {
    std::ranges::sort(family.metric, std::ranges::less{}, &prometheus::ClientMetric::label);
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace taskgate::observe
