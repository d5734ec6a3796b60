#include "observe/metrics.h"

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/version.h"
#include "observe/sample_status.h"
#include "support/catch.h"

namespace taskgate::observe {
namespace {

using std::chrono::milliseconds;

const std::vector<std::string> kRoutes{"spawn", "webhook"};

// The sample lines of one family, or of all.
std::string samples(const std::string& text, const std::string& family = "") {
  std::istringstream lines(text);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    const std::string name = line.substr(0, line.find_first_of("{ "));
    if (!line.starts_with('#') && (family.empty() || name == family)) found += line + "\n";
  }
  return found;
}

double value(const Metrics& metrics, const std::string& series) {
  const std::string text = "\n" + metrics.render(sample_status());
  const auto at = text.find("\n" + series + " ");
  INFO(series);
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + series.size() + 2));
}

struct Row {
  const char* family;
  const char* known;
  const char* unknown;
};

TEST_CASE("Gauges tell a Status, and what is not known is absent") {
  const auto row = GENERATE(values<Row>({
      {"taskgate_sessions_live", "taskgate_sessions_live 3\n", ""},
      {"taskgate_sessions_limit", "taskgate_sessions_limit 12\n", "taskgate_sessions_limit 12\n"},
      {"taskgate_reservations", "taskgate_reservations 4\n", "taskgate_reservations 4\n"},
      {"taskgate_creates_waiting", "taskgate_creates_waiting 5\n", "taskgate_creates_waiting 5\n"},
      {"taskgate_slots_free", "taskgate_slots_free 5\n", ""},
      {"taskgate_sessions_inherited", "taskgate_sessions_inherited 1\n", ""},
      {"taskgate_sessions_unattributed", "taskgate_sessions_unattributed 1\n", ""},
      {"taskgate_signal_age_seconds", "taskgate_signal_age_seconds 0.25\n", ""},
      {"taskgate_signal_state",
       "taskgate_signal_state{state=\"blind\"} 0\n"
       "taskgate_signal_state{state=\"held\"} 0\n"
       "taskgate_signal_state{state=\"known\"} 1\n"
       "taskgate_signal_state{state=\"none\"} 0\n"
       "taskgate_signal_state{state=\"unknown\"} 0\n",
       "taskgate_signal_state{state=\"blind\"} 0\n"
       "taskgate_signal_state{state=\"held\"} 0\n"
       "taskgate_signal_state{state=\"known\"} 0\n"
       "taskgate_signal_state{state=\"none\"} 0\n"
       "taskgate_signal_state{state=\"unknown\"} 1\n"},
      {"taskgate_match_wrong", "taskgate_match_wrong 0\n", "taskgate_match_wrong 0\n"},
      {"taskgate_connections",
       "taskgate_connections{kind=\"active\"} 8\n"
       "taskgate_connections{kind=\"idle\"} 7\n"
       "taskgate_connections{kind=\"tunnel\"} 9\n",
       "taskgate_connections{kind=\"active\"} 8\n"
       "taskgate_connections{kind=\"idle\"} 7\n"
       "taskgate_connections{kind=\"tunnel\"} 9\n"},
      {"taskgate_connections_limit", "taskgate_connections_limit 10000\n",
       "taskgate_connections_limit 10000\n"},
      {"taskgate_draining", "taskgate_draining 0\n", "taskgate_draining 0\n"},
      {"taskgate_config_generation", "taskgate_config_generation 4\n",
       "taskgate_config_generation 4\n"},
      {"taskgate_config_last_reload_success", "taskgate_config_last_reload_success 1\n",
       "taskgate_config_last_reload_success 1\n"},
      {"taskgate_start_time_seconds", "taskgate_start_time_seconds 1700000000\n",
       "taskgate_start_time_seconds 1700000000\n"},
      {"taskgate_log_lines_dropped_total", "taskgate_log_lines_dropped_total 0\n",
       "taskgate_log_lines_dropped_total 0\n"},
  }));
  const Metrics metrics(kRoutes);
  CHECK(samples(metrics.render(sample_status()), row.family) == row.known);
  const std::string unknown = metrics.render(unknown_status());
  CHECK(samples(unknown, row.family) == row.unknown);
  const bool has_metadata = unknown.find(std::string(" ") + row.family + " ") != std::string::npos;
  CHECK(has_metadata == (*row.unknown != '\0'));
}

TEST_CASE("Flags of a Status that is in trouble are 1 or 0 the other way") {
  Status status = sample_status();
  status.draining = true;
  status.config_last_reload_success = false;
  status.gate.match_wrong = true;
  const std::string text = Metrics(kRoutes).render(status);
  CHECK(samples(text, "taskgate_draining") == "taskgate_draining 1\n");
  CHECK(samples(text, "taskgate_config_last_reload_success") ==
        "taskgate_config_last_reload_success 0\n");
  CHECK(samples(text, "taskgate_match_wrong") == "taskgate_match_wrong 1\n");
}

TEST_CASE("build_info carries version and revision as labels") {
  CHECK(samples(Metrics({}).render(sample_status()), "taskgate_build_info") ==
        std::string("taskgate_build_info{revision=\"") + kRevision + "\",version=\"" + kVersion +
            "\"} 1\n");
}

TEST_CASE("Counters of a fixed vocabulary are there with zero from the start") {
  const std::string text = Metrics({"spawn"}).render(unknown_status());
  CHECK(samples(text, "taskgate_admissions_total") ==
        "taskgate_admissions_total{decision=\"admitted\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"admitted_unknown\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"draining\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"rejected\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"unknown\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"withdrawn\",route=\"spawn\"} 0\n");
  CHECK(samples(text, "taskgate_requests_total") ==
        "taskgate_requests_total{code=\"429\",route=\"spawn\"} 0\n"
        "taskgate_requests_total{code=\"502\",route=\"other\"} 0\n"
        "taskgate_requests_total{code=\"502\",route=\"spawn\"} 0\n"
        "taskgate_requests_total{code=\"503\",route=\"spawn\"} 0\n"
        "taskgate_requests_total{code=\"504\",route=\"other\"} 0\n"
        "taskgate_requests_total{code=\"504\",route=\"spawn\"} 0\n");
  CHECK(samples(text, "taskgate_session_listings_total") ==
        "taskgate_session_listings_total{result=\"access_denied\"} 0\n"
        "taskgate_session_listings_total{result=\"folder_missing\"} 0\n"
        "taskgate_session_listings_total{result=\"known\"} 0\n"
        "taskgate_session_listings_total{result=\"not_a_socket\"} 0\n"
        "taskgate_session_listings_total{result=\"permission_denied\"} 0\n"
        "taskgate_session_listings_total{result=\"protocol_error\"} 0\n"
        "taskgate_session_listings_total{result=\"system_error\"} 0\n"
        "taskgate_session_listings_total{result=\"timeout\"} 0\n"
        "taskgate_session_listings_total{result=\"vanished\"} 0\n");
  CHECK(samples(text, "taskgate_upstream_errors_total") ==
        "taskgate_upstream_errors_total{reason=\"closed\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"connect_failed\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"connect_refused\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"connect_timeout\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"malformed_head\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"out_of_resources\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"reset\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"response_timeout\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"truncated\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"unasked_upgrade\"} 0\n");
  CHECK(samples(text, "taskgate_config_reloads_total") ==
        "taskgate_config_reloads_total{result=\"failure\"} 0\n"
        "taskgate_config_reloads_total{result=\"success\"} 0\n");
  CHECK(samples(text, "taskgate_reservations_abandoned_total") ==
        "taskgate_reservations_abandoned_total 0\n");
  CHECK(samples(text, "taskgate_upstream_rejections_total") ==
        "taskgate_upstream_rejections_total 0\n");
  CHECK(samples(text, "taskgate_request_seconds_count") ==
        "taskgate_request_seconds_count{route=\"other\"} 0\n"
        "taskgate_request_seconds_count{route=\"spawn\"} 0\n");
  CHECK(samples(text, "taskgate_admission_seconds_count") ==
        "taskgate_admission_seconds_count 0\n");
  CHECK(samples(text, "taskgate_session_listing_seconds_count") ==
        "taskgate_session_listing_seconds_count 0\n");
}

TEST_CASE("An admitted create counts as request, as admission and in both times") {
  Metrics metrics(kRoutes);
  Outcome outcome;
  outcome.route = "spawn";
  outcome.status = 201;
  outcome.decision = gate::Decision::admitted;
  outcome.waited = milliseconds(1500);
  outcome.total = milliseconds(2000);
  metrics.record(outcome);
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_requests_total{code=\"201\",route=\"spawn\"}") == 2);
  CHECK(value(metrics, "taskgate_admissions_total{decision=\"admitted\",route=\"spawn\"}") == 2);
  CHECK(value(metrics, "taskgate_admission_seconds_sum") == 3);
  CHECK(value(metrics, "taskgate_admission_seconds_bucket{le=\"1\"}") == 0);
  CHECK(value(metrics, "taskgate_admission_seconds_bucket{le=\"2\"}") == 2);
  CHECK(value(metrics, "taskgate_request_seconds_sum{route=\"spawn\"}") == 4);
  CHECK(value(metrics, "taskgate_request_seconds_count{route=\"webhook\"}") == 0);
}

TEST_CASE("A create whose client left is no decision time") {
  Metrics metrics(kRoutes);
  Outcome outcome;
  outcome.route = "webhook";
  outcome.decision = gate::Decision::withdrawn;
  outcome.client_gone = true;
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_admissions_total{decision=\"withdrawn\",route=\"webhook\"}") == 1);
  CHECK(value(metrics, "taskgate_admission_seconds_count") == 0);
  CHECK(value(metrics, "taskgate_requests_total{code=\"none\",route=\"webhook\"}") == 1);
}

TEST_CASE("A tunnel counts as request but not in the request times") {
  Metrics metrics(kRoutes);
  Outcome outcome;
  outcome.status = 101;
  outcome.tunnel = true;
  outcome.total = std::chrono::hours(3);
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_requests_total{code=\"101\",route=\"other\"}") == 1);
  CHECK(value(metrics, "taskgate_request_seconds_count{route=\"other\"}") == 0);
}

TEST_CASE("Errors and rejections of the upstream are counted") {
  const auto error = GENERATE(from_range(kUpstreamErrors));
  Metrics metrics(kRoutes);
  Outcome outcome;
  outcome.route = "spawn";
  outcome.status = 502;
  outcome.upstream_error = error;
  outcome.upstream_rejected = true;
  metrics.record(outcome);
  CHECK(value(metrics, std::string("taskgate_upstream_errors_total{reason=\"") + name_of(error) +
                           "\"}") == 1);
  CHECK(value(metrics, "taskgate_upstream_rejections_total") == 1);
}

TEST_CASE("A route name that nobody added never becomes a label value") {
  Metrics metrics(kRoutes);
  Outcome outcome;
  outcome.route = "made-up";
  outcome.status = 200;
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_requests_total{code=\"200\",route=\"other\"}") == 1);
  CHECK(metrics.render(sample_status()).find("made-up") == std::string::npos);
}

TEST_CASE("A status that is no status code shares one label value") {
  Metrics metrics(kRoutes);
  for (const int status : {-1, 99, 1000, 123456}) {
    Outcome outcome;
    outcome.status = status;
    metrics.record(outcome);
  }
  CHECK(value(metrics, "taskgate_requests_total{code=\"invalid\",route=\"other\"}") == 4);
}

TEST_CASE("A reload adds the series of new routes and keeps the counts of those that went") {
  Metrics metrics({"old"});
  Outcome outcome;
  outcome.route = "old";
  outcome.status = 429;
  outcome.decision = gate::Decision::rejected;
  metrics.record(outcome);
  metrics.add_routes({"new"});
  metrics.add_routes({"old", "new"});
  CHECK(value(metrics, "taskgate_requests_total{code=\"429\",route=\"old\"}") == 1);
  CHECK(value(metrics, "taskgate_requests_total{code=\"429\",route=\"new\"}") == 0);
  CHECK(value(metrics, "taskgate_admissions_total{decision=\"rejected\",route=\"new\"}") == 0);
}

TEST_CASE("Listings count by result, with the time they took") {
  Metrics metrics(kRoutes);
  tmux::Listing listing;
  listing.ended = listing.began + milliseconds(2);
  metrics.listing(listing);
  listing.fault = tmux::Fault::system_error;
  metrics.listing(listing);
  CHECK(value(metrics, "taskgate_session_listings_total{result=\"known\"}") == 1);
  CHECK(value(metrics, "taskgate_session_listings_total{result=\"system_error\"}") == 1);
  CHECK(value(metrics, "taskgate_session_listing_seconds_sum") == 0.004);
  CHECK(value(metrics, "taskgate_session_listing_seconds_bucket{le=\"0.001\"}") == 0);
  CHECK(value(metrics, "taskgate_session_listing_seconds_bucket{le=\"0.0025\"}") == 2);
}

TEST_CASE("Abandoned reservations and reloads are counted") {
  Metrics metrics(kRoutes);
  metrics.reservation_abandoned();
  metrics.config_reload(true);
  metrics.config_reload(false);
  metrics.config_reload(false);
  CHECK(value(metrics, "taskgate_reservations_abandoned_total") == 1);
  CHECK(value(metrics, "taskgate_config_reloads_total{result=\"success\"}") == 1);
  CHECK(value(metrics, "taskgate_config_reloads_total{result=\"failure\"}") == 2);
}

TEST_CASE("Label values are escaped in both formats") {
  const Metrics metrics({"a\"b\\c\nd"});
  const auto format = GENERATE(Exposition::prometheus, Exposition::openmetrics);
  CHECK(metrics.render(sample_status(), format)
            .find("{decision=\"admitted\",route=\"a\\\"b\\\\c\\nd\"} 0\n") != std::string::npos);
}

TEST_CASE("A help is one whole sentence in one line") {
  std::istringstream lines(Metrics(kRoutes).render(sample_status()));
  std::set<std::string> helps;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# HELP ")) continue;
    INFO(line);
    const std::string help = line.substr(line.find(' ', 7) + 1);
    CHECK(std::regex_match(help, std::regex("[A-Z0-9][^\\\\]+\\.")));
    CHECK(helps.insert(help).second);
  }
  CHECK(helps.size() == 28);
}

TEST_CASE("Two renderings of the same state are the same text") {
  const Status status = sample_status();
  const std::vector<std::string> reversed{kRoutes.rbegin(), kRoutes.rend()};
  CHECK(Metrics(kRoutes).render(status) == Metrics(reversed).render(status));
}

}  // namespace
}  // namespace taskgate::observe
