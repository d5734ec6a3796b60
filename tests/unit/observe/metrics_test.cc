#include "observe/metrics.h"

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "observe/families.h"
#include "observe/scrape.h"

namespace taskgate::observe {
namespace {

using std::chrono::milliseconds;

const std::vector<std::string> kRoutes{"spawn", "webhook"};

// A list beside the families said which of them are exported.
TEST_CASE("Each family that is made is exported") {
  Families families;
  const std::size_t others = families.collect().size();
  Families::Counters made(families, "taskgate_made_total", "Made for this test.");
  made.Add({});
  CHECK(families.collect().size() == others + 1);
}

TEST_CASE("Counters of a fixed vocabulary are there with zero from the start") {
  const std::string text = Metrics({"spawn"}).render(unknown_status());
  CHECK(samples(text, "taskgate_admissions_total") ==
        "taskgate_admissions_total{decision=\"admitted\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"admitted_unknown\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"draining\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"observed\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"rejected\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"unconfigured\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"unknown\",route=\"spawn\"} 0\n"
        "taskgate_admissions_total{decision=\"withdrawn\",route=\"spawn\"} 0\n");
  CHECK(samples(text, "taskgate_refusals_total") ==
        "taskgate_refusals_total{reason=\"blind\",route=\"spawn\"} 0\n"
        "taskgate_refusals_total{reason=\"class_full\",route=\"spawn\"} 0\n"
        "taskgate_refusals_total{reason=\"draining\",route=\"spawn\"} 0\n"
        "taskgate_refusals_total{reason=\"full\",route=\"spawn\"} 0\n"
        "taskgate_refusals_total{reason=\"line_full\",route=\"spawn\"} 0\n"
        "taskgate_refusals_total{reason=\"promised\",route=\"spawn\"} 0\n"
        "taskgate_refusals_total{reason=\"unconfigured\",route=\"spawn\"} 0\n"
        "taskgate_refusals_total{reason=\"unknown\",route=\"spawn\"} 0\n");
  CHECK(samples(text, "taskgate_requests_total") ==
        "taskgate_requests_total{code=\"429\",route=\"spawn\"} 0\n"
        "taskgate_requests_total{code=\"502\",route=\"other\"} 0\n"
        "taskgate_requests_total{code=\"502\",route=\"spawn\"} 0\n"
        "taskgate_requests_total{code=\"503\",route=\"spawn\"} 0\n"
        "taskgate_requests_total{code=\"504\",route=\"other\"} 0\n"
        "taskgate_requests_total{code=\"504\",route=\"spawn\"} 0\n");
  CHECK(samples(text, "taskgate_session_listings_total") ==
        "taskgate_session_listings_total{result=\"access_denied\"} 0\n"
        "taskgate_session_listings_total{result=\"another_server\"} 0\n"
        "taskgate_session_listings_total{result=\"folder_missing\"} 0\n"
        "taskgate_session_listings_total{result=\"known\"} 0\n"
        "taskgate_session_listings_total{result=\"not_a_socket\"} 0\n"
        "taskgate_session_listings_total{result=\"permission_denied\"} 0\n"
        "taskgate_session_listings_total{result=\"protocol_error\"} 0\n"
        "taskgate_session_listings_total{result=\"socket_deleted\"} 0\n"
        "taskgate_session_listings_total{result=\"socket_replaced\"} 0\n"
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
        "taskgate_upstream_errors_total{reason=\"unasked_upgrade\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"unresolved\"} 0\n"
        "taskgate_upstream_errors_total{reason=\"vanished\"} 0\n");
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
        "taskgate_admission_seconds_count{decision=\"admitted\"} 0\n"
        "taskgate_admission_seconds_count{decision=\"admitted_unknown\"} 0\n"
        "taskgate_admission_seconds_count{decision=\"draining\"} 0\n"
        "taskgate_admission_seconds_count{decision=\"observed\"} 0\n"
        "taskgate_admission_seconds_count{decision=\"rejected\"} 0\n"
        "taskgate_admission_seconds_count{decision=\"unconfigured\"} 0\n"
        "taskgate_admission_seconds_count{decision=\"unknown\"} 0\n");
  CHECK(samples(text, "taskgate_admission_wait_seconds_count") ==
        "taskgate_admission_wait_seconds_count 0\n");
  CHECK(samples(text, "taskgate_stream_seconds_count") ==
        "taskgate_stream_seconds_count{kind=\"stream\"} 0\n"
        "taskgate_stream_seconds_count{kind=\"tunnel\"} 0\n");
  CHECK(samples(text, "taskgate_session_listing_seconds_count") ==
        "taskgate_session_listing_seconds_count 0\n");
}

Outcome create(const char* route, gate::Decision decision,
               std::optional<gate::RefusalReason> reason = {}) {
  Outcome outcome;
  outcome.route = route;
  outcome.create = true;
  outcome.verdict.emplace();
  outcome.verdict->decision = decision;
  outcome.verdict->reason = reason;
  return outcome;
}

TEST_CASE("An admitted create counts as request, as admission and in both times") {
  Metrics metrics(kRoutes);
  Outcome outcome = create("spawn", gate::Decision::admitted);
  outcome.status = 201;
  outcome.waited = milliseconds(1500);
  outcome.total = milliseconds(2000);
  metrics.record(outcome);
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_requests_total{code=\"201\",route=\"spawn\"}") == 2);
  CHECK(value(metrics, "taskgate_admissions_total{decision=\"admitted\",route=\"spawn\"}") == 2);
  CHECK(value(metrics, "taskgate_admission_seconds_sum{decision=\"admitted\"}") == 3);
  CHECK(value(metrics, "taskgate_admission_seconds_bucket{decision=\"admitted\",le=\"1\"}") == 0);
  CHECK(value(metrics, "taskgate_admission_seconds_bucket{decision=\"admitted\",le=\"2\"}") == 2);
  CHECK(value(metrics, "taskgate_admission_seconds_count{decision=\"rejected\"}") == 0);
  CHECK(value(metrics, "taskgate_admission_wait_seconds_count") == 0);
  CHECK(value(metrics, "taskgate_request_seconds_sum{route=\"spawn\"}") == 4);
  CHECK(value(metrics, "taskgate_request_seconds_count{route=\"webhook\"}") == 0);
}

TEST_CASE("A refusal counts by its reason beside its decision") {
  const auto [reason, decision] = GENERATE(table<gate::RefusalReason, gate::Decision>(
      {{gate::RefusalReason::full, gate::Decision::rejected},
       {gate::RefusalReason::promised, gate::Decision::rejected},
       {gate::RefusalReason::class_full, gate::Decision::rejected},
       {gate::RefusalReason::line_full, gate::Decision::rejected},
       {gate::RefusalReason::unknown, gate::Decision::unknown},
       {gate::RefusalReason::blind, gate::Decision::unknown},
       {gate::RefusalReason::draining, gate::Decision::draining},
       {gate::RefusalReason::unconfigured, gate::Decision::unconfigured}}));
  Metrics metrics(kRoutes);
  metrics.record(create("webhook", decision, reason));
  const std::string labels = "\",route=\"webhook\"}";
  CHECK(value(metrics,
              std::string("taskgate_refusals_total{reason=\"") + name_of(reason) + labels) == 1);
  CHECK(value(metrics, std::string("taskgate_admissions_total{decision=\"") + name_of(decision) +
                           labels) == 1);
  CHECK(value(metrics, "taskgate_refusals_total{reason=\"full\",route=\"spawn\"}") == 0);
}

TEST_CASE("A create that is only observed is no refusal, and counts by what would have been one") {
  Metrics metrics(kRoutes);
  metrics.record(create("webhook", gate::Decision::observed, gate::RefusalReason::full));
  const std::string labels = "{class=\"default\",reason=\"full\",route=\"webhook\"}";
  CHECK(value(metrics, "taskgate_observed_refusals_total" + labels) == 1);
  CHECK(value(metrics, "taskgate_refusals_total{reason=\"full\",route=\"webhook\"}") == 0);
  CHECK(value(metrics, "taskgate_admissions_total{decision=\"observed\",route=\"webhook\"}") == 1);
}

TEST_CASE(
    "What is only observed counts for its class, and for the default one where it is not known") {
  Metrics metrics({"spawn"});
  metrics.add_classes({"people"});
  metrics.add_routes({"webhook"});
  for (const char* name : {"people", "people", "default", "made-up"}) {
    Outcome outcome = create("webhook", gate::Decision::observed, gate::RefusalReason::class_full);
    outcome.verdict->class_name = name;
    metrics.record(outcome);
  }
  const std::string family = "taskgate_observed_refusals_total{class=\"";
  const std::string labels = "\",reason=\"class_full\",route=\"webhook\"}";
  CHECK(value(metrics, family + "people" + labels) == 2);
  CHECK(value(metrics, family + "default" + labels) == 2);
  CHECK(metrics.render(sample_status()).find("made-up") == std::string::npos);
}

TEST_CASE("The time in line counts by class and by how it ended") {
  const auto [decision, outcome_label] =
      GENERATE(table<gate::Decision, std::string>({{gate::Decision::admitted, "admitted"},
                                                   {gate::Decision::admitted_unknown, "admitted"},
                                                   {gate::Decision::observed, "admitted"},
                                                   {gate::Decision::rejected, "refused"},
                                                   {gate::Decision::unknown, "refused"},
                                                   {gate::Decision::draining, "refused"},
                                                   {gate::Decision::withdrawn, "withdrawn"}}));
  Metrics metrics(kRoutes);
  metrics.add_classes({"people", "default"});
  Outcome outcome = create("spawn", decision, gate::RefusalReason::full);
  outcome.verdict->class_name = "people";
  outcome.waited_in_line = milliseconds(1500);
  metrics.record(outcome);
  const std::string labels = "{class=\"people\",outcome=\"" + outcome_label + "\"";
  CHECK(value(metrics, "taskgate_line_seconds_sum" + labels + "}") == 1.5);
  CHECK(value(metrics, "taskgate_line_seconds_bucket" + labels + ",le=\"1\"}") == 0);
  CHECK(value(metrics, "taskgate_line_seconds_bucket" + labels + ",le=\"2.5\"}") == 1);
  for (const char* other : {"admitted", "refused", "withdrawn"}) {
    const std::string series = std::string("{class=\"default\",outcome=\"") + other + "\"}";
    CHECK(value(metrics, "taskgate_line_seconds_count" + series) == 0);
  }
}

TEST_CASE("A create that stood in no line is no time in line") {
  Metrics metrics(kRoutes);
  metrics.add_classes({"people"});
  metrics.record(create("spawn", gate::Decision::rejected, gate::RefusalReason::line_full));
  CHECK(value(metrics, "taskgate_line_seconds_count{class=\"default\",outcome=\"refused\"}") == 0);
}

TEST_CASE(
    "Without classes there is no series of a line, and all that is observed is of the default") {
  Metrics metrics({"spawn"});
  metrics.add_classes({});
  const std::string text = metrics.render(sample_status());
  CHECK(text.find("taskgate_line") == std::string::npos);
  CHECK(text.find("taskgate_class") == std::string::npos);
  CHECK(
      samples(text, "taskgate_observed_refusals_total") ==
      "taskgate_observed_refusals_total{class=\"default\",reason=\"blind\",route=\"spawn\"} 0\n"
      "taskgate_observed_refusals_total{class=\"default\",reason=\"class_full\",route=\"spawn\"} "
      "0\n"
      "taskgate_observed_refusals_total{class=\"default\",reason=\"draining\",route=\"spawn\"} 0\n"
      "taskgate_observed_refusals_total{class=\"default\",reason=\"full\",route=\"spawn\"} 0\n"
      "taskgate_observed_refusals_total{class=\"default\",reason=\"line_full\",route=\"spawn\"} 0\n"
      "taskgate_observed_refusals_total{class=\"default\",reason=\"promised\",route=\"spawn\"} 0\n"
      "taskgate_observed_refusals_total{class=\"default\",reason=\"unconfigured\",route=\"spawn\"} "
      "0\n"
      "taskgate_observed_refusals_total{class=\"default\",reason=\"unknown\",route=\"spawn\"} 0\n");
}

TEST_CASE("A reload adds the series of new classes and keeps the counts of those that went") {
  Metrics metrics(kRoutes);
  metrics.add_classes({"old"});
  Outcome outcome = create("spawn", gate::Decision::observed, gate::RefusalReason::full);
  outcome.verdict->class_name = "old";
  outcome.waited_in_line = milliseconds(500);
  metrics.record(outcome);
  metrics.add_classes({"new"});
  const std::string observed = "taskgate_observed_refusals_total{class=\"";
  const std::string full = "\",reason=\"full\",route=\"spawn\"}";
  CHECK(value(metrics, observed + "old" + full) == 1);
  CHECK(value(metrics, observed + "new" + full) == 0);
  const std::string line = "taskgate_line_seconds_count{class=\"";
  CHECK(value(metrics, line + "old\",outcome=\"admitted\"}") == 1);
  CHECK(value(metrics, line + "new\",outcome=\"admitted\"}") == 0);
}

TEST_CASE("The time that a create waited for a promised slot is a part of its decision time") {
  Metrics metrics(kRoutes);
  Outcome outcome = create("spawn", gate::Decision::rejected, gate::RefusalReason::promised);
  outcome.waited = milliseconds(2050);
  outcome.waited_for_slot = milliseconds(2000);
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_admission_wait_seconds_sum") == 2);
  CHECK(value(metrics, "taskgate_admission_wait_seconds_bucket{le=\"1\"}") == 0);
  CHECK(value(metrics, "taskgate_admission_wait_seconds_bucket{le=\"2\"}") == 1);
  CHECK(value(metrics, "taskgate_admission_seconds_sum{decision=\"rejected\"}") == 2.05);
}

TEST_CASE("A create whose client left is no decision time") {
  Metrics metrics(kRoutes);
  Outcome outcome = create("webhook", gate::Decision::withdrawn);
  outcome.client_gone = true;
  outcome.waited_for_slot = milliseconds(500);
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_admission_wait_seconds_count") == 0);
  CHECK(value(metrics, "taskgate_admissions_total{decision=\"withdrawn\",route=\"webhook\"}") == 1);
  CHECK(value(metrics, "taskgate_admission_seconds_count{decision=\"admitted\"}") == 0);
  CHECK(value(metrics, "taskgate_admission_seconds_count{decision=\"rejected\"}") == 0);
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
  CHECK(value(metrics, "taskgate_stream_seconds_sum{kind=\"tunnel\"}") == 10800);
  CHECK(value(metrics, "taskgate_stream_seconds_count{kind=\"stream\"}") == 0);
}

TEST_CASE("An event stream counts with its length among the streams, not the requests") {
  Metrics metrics(kRoutes);
  Outcome outcome;
  outcome.status = 200;
  outcome.stream = true;
  outcome.total = std::chrono::minutes(2);
  metrics.record(outcome);
  CHECK(value(metrics, "taskgate_requests_total{code=\"200\",route=\"other\"}") == 1);
  CHECK(value(metrics, "taskgate_request_seconds_count{route=\"other\"}") == 0);
  CHECK(value(metrics, "taskgate_stream_seconds_sum{kind=\"stream\"}") == 120);
  CHECK(value(metrics, "taskgate_stream_seconds_count{kind=\"tunnel\"}") == 0);
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
  metrics.record(create("made-up", gate::Decision::rejected, gate::RefusalReason::full));
  CHECK(value(metrics, "taskgate_refusals_total{reason=\"full\",route=\"other\"}") == 1);
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
  Outcome outcome = create("old", gate::Decision::rejected, gate::RefusalReason::full);
  outcome.status = 429;
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

TEST_CASE("Label values are escaped") {
  const Metrics metrics({"a\"b\\c\nd"});
  CHECK(metrics.render(sample_status())
            .find("{decision=\"admitted\",route=\"a\\\"b\\\\c\\nd\"} 0\n") != std::string::npos);
}

TEST_CASE("A help is one whole sentence in one line") {
  Metrics metrics(kRoutes);
  metrics.add_classes({"people"});
  std::istringstream lines(metrics.render(status_with_classes()));
  std::set<std::string> helps;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# HELP ")) continue;
    INFO(line);
    const std::string help = line.substr(line.find(' ', 7) + 1);
    CHECK(std::regex_match(help, std::regex("[A-Z0-9][^\\\\]+\\.")));
    CHECK(helps.insert(help).second);
  }
  CHECK(helps.size() == 53);
}

TEST_CASE("Two renderings of the same state are the same text") {
  const Status status = sample_status();
  const std::vector<std::string> reversed{kRoutes.rbegin(), kRoutes.rend()};
  // What the process uses goes on changing.
  const auto own = [](const std::string& text) {
    return text.substr(text.find("# HELP taskgate_"));
  };
  CHECK(own(Metrics(kRoutes).render(status)) == own(Metrics(reversed).render(status)));
}

}  // namespace
}  // namespace taskgate::observe
