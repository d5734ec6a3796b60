#include "observe/openmetrics.h"

#include "observe/metrics.h"
#include "observe/sample_status.h"
#include "support/catch.h"

namespace taskgate::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric gauge(double value) {
  ClientMetric metric;
  metric.gauge.value = value;
  return metric;
}

TEST_CASE("OpenMetrics of nothing is its end mark") {
  CHECK(to_openmetrics({}) == "# EOF\n");
}

TEST_CASE("A counter's family name lacks the suffix of its samples in OpenMetrics") {
  ClientMetric metric;
  metric.label = {{"a", "x"}, {"b", "\"\\\n"}};
  metric.counter.value = 3;
  CHECK(to_openmetrics({{"things_total", "Things.", MetricType::Counter, {metric}}}) ==
        "# TYPE things counter\n"
        "# HELP things Things.\n"
        "things_total{a=\"x\",b=\"\\\"\\\\\\n\"} 3\n"
        "# EOF\n");
}

TEST_CASE("A gauge in seconds has a unit in OpenMetrics, and a help is escaped") {
  CHECK(to_openmetrics({{"age_seconds", "Say \"how\\old\".", MetricType::Gauge, {gauge(0.25)}}}) ==
        "# TYPE age_seconds gauge\n"
        "# UNIT age_seconds seconds\n"
        "# HELP age_seconds Say \\\"how\\\\old\\\".\n"
        "age_seconds 0.25\n"
        "# EOF\n");
}

TEST_CASE("A unit is that of the name that the family has in OpenMetrics") {
  ClientMetric metric;
  metric.counter.value = 3;
  CHECK(to_openmetrics({{"sent_bytes_total", "Sent.", MetricType::Counter, {metric}}}) ==
        "# TYPE sent_bytes counter\n"
        "# UNIT sent_bytes bytes\n"
        "# HELP sent_bytes Sent.\n"
        "sent_bytes_total 3\n"
        "# EOF\n");
}

TEST_CASE("The bounds of a histogram are spelled canonically in OpenMetrics") {
  ClientMetric metric;
  metric.label = {{"route", "r"}};
  metric.histogram = {
      3,
      1.5,
      {{1, 5e-05}, {2, 0.25}, {2, 1}, {2, 300}, {3, std::numeric_limits<double>::infinity()}}};
  CHECK(to_openmetrics({{"t_seconds", "Time.", MetricType::Histogram, {metric}}}) ==
        "# TYPE t_seconds histogram\n"
        "# UNIT t_seconds seconds\n"
        "# HELP t_seconds Time.\n"
        "t_seconds_bucket{route=\"r\",le=\"5e-05\"} 1\n"
        "t_seconds_bucket{route=\"r\",le=\"0.25\"} 2\n"
        "t_seconds_bucket{route=\"r\",le=\"1.0\"} 2\n"
        "t_seconds_bucket{route=\"r\",le=\"300.0\"} 2\n"
        "t_seconds_bucket{route=\"r\",le=\"+Inf\"} 3\n"
        "t_seconds_count{route=\"r\"} 3\n"
        "t_seconds_sum{route=\"r\"} 1.5\n"
        "# EOF\n");
}

TEST_CASE("Both formats have the same samples but for the spelling of bounds") {
  const Metrics metrics({"spawn"});
  const auto count = [](const std::string& text) {
    std::size_t samples = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) samples += line.starts_with('#') ? 0 : 1;
    return samples;
  };
  const std::string text = metrics.render(sample_status());
  const std::string open = metrics.render(sample_status(), Exposition::openmetrics);
  CHECK(count(text) > 100);
  CHECK(count(open) == count(text));
  CHECK(open.ends_with("\n# EOF\n"));
  CHECK(open.find("\n# TYPE taskgate_admissions counter\n") != std::string::npos);
  CHECK(text.find("\n# TYPE taskgate_admissions_total counter\n") != std::string::npos);
}

}  // namespace
}  // namespace taskgate::observe
