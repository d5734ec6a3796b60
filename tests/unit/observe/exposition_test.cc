#include "observe/exposition.h"

#include "support/catch.h"

namespace taskgate::observe {
namespace {

struct Row {
  const char* who;
  const char* accept;
  Exposition expected;
};

TEST_CASE("A scrape gets the format that its Accept field prefers") {
  const auto row = GENERATE(values<Row>({
      {"no Accept", "", Exposition::prometheus},
      {"curl", "*/*", Exposition::prometheus},
      {"a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
       Exposition::prometheus},
      {"Prometheus 1",
       "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
       "encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
       Exposition::prometheus},
      // It knows the draft only, which is not what is offered.
      {"Prometheus 2.5 to 2.31",
       "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       Exposition::prometheus},
      {"Prometheus 2.45",
       "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
       "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       Exposition::openmetrics},
      {"Prometheus 2.50",
       "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;"
       "version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       Exposition::openmetrics},
      {"Prometheus 2.50 with native histograms",
       "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
       "encoding=delimited;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,"
       "application/openmetrics-text;version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
       Exposition::openmetrics},
      {"Prometheus 3",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
       "application/openmetrics-text;version=0.0.1;q=0.5,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"
       "*/*;q=0.2",
       Exposition::openmetrics},
      {"Prometheus told to use PrometheusText0.0.4",
       "text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2",
       Exposition::prometheus},
      {"OpenMetrics without a version", "application/openmetrics-text", Exposition::openmetrics},
      {"letters of either case", "Application/OpenMetrics-Text; Version=1.0.0",
       Exposition::openmetrics},
      {"a tie: the first", "text/plain,application/openmetrics-text", Exposition::prometheus},
      {"a tie: the first", "application/openmetrics-text,text/plain", Exposition::openmetrics},
      {"excluded", "application/openmetrics-text;q=0", Exposition::prometheus},
      {"a quality that is no number", "application/openmetrics-text;q=x,*/*;q=0.1",
       Exposition::prometheus},
      {"nothing that fits", "image/png", Exposition::prometheus},
      {"odd punctuation", ",;,=;q=,", Exposition::prometheus},
  }));
  INFO(row.who << ": " << row.accept);
  CHECK(negotiate(row.accept) == row.expected);
}

TEST_CASE("The content types name format and version") {
  CHECK(content_type(Exposition::prometheus) ==
        std::string("text/plain; version=0.0.4; charset=utf-8"));
  CHECK(content_type(Exposition::openmetrics) ==
        std::string("application/openmetrics-text; version=1.0.0; charset=utf-8"));
}

}  // namespace
}  // namespace taskgate::observe
