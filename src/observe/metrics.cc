#include "observe/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <sstream>
#include <utility>

#include "observe/gauges.h"
#include "observe/series.h"
#include "observe/status.h"

namespace taskgate::observe {
namespace {

using prometheus::Counter;
using prometheus::Histogram;

LineEnd end_of_line(gate::Decision decision) {
  if (decision == gate::Decision::withdrawn) return LineEnd::withdrawn;
  return gate::passes(decision) ? LineEnd::admitted : LineEnd::refused;
}

void record_time(Series& series, RouteSeries& route, const Outcome& outcome) {
  Histogram& histogram = outcome.tunnel   ? series.tunnel_seconds
                         : outcome.stream ? series.stream_seconds
                                          : *route.seconds;
  histogram.Observe(to_seconds(outcome.total));
}

void record_verdict(Series& series, RouteSeries& route, const Outcome& outcome) {
  const gate::Verdict& verdict = *outcome.verdict;
  if (route.admissions.front() == nullptr) series.add_admissions(route);
  route.admissions[index(verdict.decision)]->Increment();
  if (verdict.refused()) route.refusals[index(*verdict.reason)]->Increment();
  if (verdict.decision == gate::Decision::observed) {
    series.find_observed(route, verdict).Increment();
  }
  if (verdict.decision != gate::Decision::withdrawn) {
    series.admission_seconds[index(verdict.decision)]->Observe(to_seconds(outcome.waited));
    if (outcome.waited_for_slot) {
      series.admission_wait_seconds.Observe(to_seconds(*outcome.waited_for_slot));
    }
  }
  if (outcome.waited_for_slot || outcome.waited_in_line) ++route.waited;
  if (outcome.waited_in_line) {
    series.find_class(verdict.class_name)
        .line_seconds[index(end_of_line(verdict.decision))]
        ->Observe(to_seconds(*outcome.waited_in_line));
  }
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

}  // namespace

Metrics::Metrics(const std::vector<std::string>& routes) : series_(std::make_unique<Series>()) {
  add_routes(routes);
}

Metrics::~Metrics() = default;

void Metrics::add_routes(const std::vector<std::string>& routes) {
  for (const std::string& name : routes) series_->add_route(name);
}

void Metrics::add_classes(const std::vector<std::string>& names) {
  if (names.empty()) return;
  series_->add_class(gate::kDefaultClassName);
  for (const std::string& name : names) series_->add_class(name);
}

void Metrics::record(const Outcome& outcome) {
  RouteSeries& route = series_->find_route(outcome.route);
  series_->find_code(route, outcome.status).Increment();
  record_time(*series_, route, outcome);
  if (outcome.verdict) record_verdict(*series_, route, outcome);
  if (outcome.upstream_error) {
    series_->upstream_errors[index(*outcome.upstream_error)]->Increment();
    ++route.errors;
  }
  if (outcome.upstream_rejected) series_->upstream_rejections.Increment();
  if (outcome.client_vanished) client_vanished();
}

void Metrics::listing(const tmux::Listing& listing) {
  Counter* result =
      listing.fault ? series_->listing_faults[index(*listing.fault)] : series_->listing_known;
  result->Increment();
  series_->listing_seconds.Observe(to_seconds(listing.ended - listing.began));
}

void Metrics::reservation_abandoned() {
  series_->reservations_abandoned.Increment();
}

void Metrics::client_vanished() {
  series_->clients_vanished.Increment();
}

void Metrics::config_reload(bool succeeded) {
  (succeeded ? series_->reload_success : series_->reload_failure).Increment();
}

std::vector<RouteTotals> Metrics::totals() const {
  std::vector<RouteTotals> totals;
  for (const auto& [name, route] : series_->routes) totals.push_back(totals_of(route));
  return totals;
}

std::string Metrics::render(const Status& status) const {
  auto families = series_->families.collect();
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
