#include "observe/totals.h"

#include <limits>

#include "observe/metrics.h"
#include "support/catch.h"

namespace taskgate::observe {
namespace {

using std::chrono::milliseconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

RouteTotals totals_of(const Metrics& metrics, std::string_view route) {
  for (const RouteTotals& each : metrics.totals()) {
    if (each.route == route) return each;
  }
  FAIL("no such route");
  return {};
}

Outcome create(gate::Decision decision, std::optional<gate::RefusalReason> reason = {}) {
  Outcome outcome;
  outcome.route = "spawn";
  outcome.create = true;
  outcome.status = reason && decision != gate::Decision::observed ? 429 : 201;
  outcome.verdict.emplace();
  outcome.verdict->decision = decision;
  outcome.verdict->reason = reason;
  outcome.total = milliseconds(4);
  return outcome;
}

// As Prometheus' own tests of histogram_quantile() have it.
TEST_CASE("a quantile is estimated as histogram_quantile() does") {
  const std::vector<Bucket> buckets{{0.1, 1}, {0.2, 3}, {1, 4}, {kInfinity, 4}};
  CHECK(quantile(0.5, buckets).value() == Approx(0.15));
  CHECK(quantile(0.75, buckets).value() == Approx(0.2));
  CHECK(quantile(0.1, buckets).value() == Approx(0.04));
  CHECK(quantile(0.99, buckets).value() == Approx(0.968));
}

TEST_CASE("a quantile beyond the last bound is that bound, and of nothing there is none") {
  CHECK(quantile(0.5, {{0.1, 0}, {0.2, 1}, {kInfinity, 9}}).value() == Approx(0.2));
  CHECK_FALSE(quantile(0.5, {{0.1, 0}, {0.2, 0}, {kInfinity, 0}}).has_value());
  CHECK_FALSE(quantile(0.5, {}).has_value());
}

TEST_CASE("of each route the totals say what became of its requests") {
  Metrics metrics({"spawn", "webhook"});
  CHECK(metrics.totals().size() == 3);
  CHECK(totals_of(metrics, "spawn").requests == 0);
  CHECK_FALSE(totals_of(metrics, "spawn").median_seconds.has_value());
  CHECK_FALSE(totals_of(metrics, "spawn").p99_seconds.has_value());

  metrics.record(create(gate::Decision::admitted));
  metrics.record(create(gate::Decision::admitted_unknown));
  metrics.record(create(gate::Decision::observed, gate::RefusalReason::full));
  Outcome waited = create(gate::Decision::rejected, gate::RefusalReason::full);
  waited.waited_in_line = milliseconds(10);
  waited.waited_for_slot = milliseconds(1);
  metrics.record(waited);
  metrics.record(create(gate::Decision::unknown, gate::RefusalReason::blind));
  metrics.record(create(gate::Decision::withdrawn));
  Outcome failed = create(gate::Decision::admitted);
  failed.status = 502;
  failed.upstream_error = UpstreamError::connect_refused;
  metrics.record(failed);

  const RouteTotals totals = totals_of(metrics, "spawn");
  CHECK(totals.requests == 7);
  CHECK(totals.admitted == 4);
  CHECK(totals.observed == 1);
  CHECK(totals.refused == 2);
  CHECK(totals.withdrawn == 1);
  CHECK(totals.waited == 1);
  CHECK(totals.errors == 1);
  // All in the bucket from 2.5 ms to 5 ms.
  CHECK(totals.median_seconds.value() == Approx(0.00375));
  CHECK(totals.p99_seconds.value() == Approx(0.004975));
  CHECK(totals_of(metrics, "webhook").requests == 0);
  CHECK(totals_of(metrics, "other").requests == 0);
}

TEST_CASE("streams and tunnels count as requests, and not for how long a request takes") {
  Metrics metrics({});
  Outcome stream;
  stream.status = 200;
  stream.stream = true;
  stream.total = std::chrono::hours(1);
  metrics.record(stream);
  CHECK(totals_of(metrics, "other").requests == 1);
  CHECK_FALSE(totals_of(metrics, "other").p99_seconds.has_value());
}

}  // namespace
}  // namespace taskgate::observe
