#include "observe/gauges.h"

#include <string>
#include <utility>
#include <vector>

#include "base/version.h"
#include "observe/scrape.h"

namespace taskgate::observe {
namespace {

const std::vector<std::string> kRuleNames{"spawn", "webhook"};

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
      {"taskgate_slot_expected_seconds", "", ""},
      {"taskgate_sessions_inherited", "taskgate_sessions_inherited 1\n", ""},
      {"taskgate_sessions_unattributed", "taskgate_sessions_unattributed 1\n", ""},
      {"taskgate_oldest_session_created_timestamp_seconds",
       "taskgate_oldest_session_created_timestamp_seconds 1700000000\n", ""},
      {"taskgate_sessions_idle", "taskgate_sessions_idle 1\n", ""},
      {"taskgate_sessions_attached", "taskgate_sessions_attached 1\n", ""},
      {"taskgate_sessions_ended", "taskgate_sessions_ended 1\n", ""},
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
       "taskgate_connections{kind=\"stream\"} 2\n"
       "taskgate_connections{kind=\"tunnel\"} 9\n",
       "taskgate_connections{kind=\"active\"} 8\n"
       "taskgate_connections{kind=\"idle\"} 7\n"
       "taskgate_connections{kind=\"stream\"} 2\n"
       "taskgate_connections{kind=\"tunnel\"} 9\n"},
      {"taskgate_connections_limit", "taskgate_connections_limit 10000\n",
       "taskgate_connections_limit 10000\n"},
      {"taskgate_upstream_connections_total",
       "taskgate_upstream_connections_total{kind=\"new\"} 30\n"
       "taskgate_upstream_connections_total{kind=\"reused\"} 11\n",
       "taskgate_upstream_connections_total{kind=\"new\"} 30\n"
       "taskgate_upstream_connections_total{kind=\"reused\"} 11\n"},
      {"taskgate_upstream_connections_idle", "taskgate_upstream_connections_idle 5\n",
       "taskgate_upstream_connections_idle 5\n"},
      {"taskgate_upstream_resends_total", "taskgate_upstream_resends_total 3\n",
       "taskgate_upstream_resends_total 3\n"},
      {"taskgate_relayed_bytes_total",
       "taskgate_relayed_bytes_total{direction=\"down\"} 5000000000\n"
       "taskgate_relayed_bytes_total{direction=\"up\"} 1000\n",
       "taskgate_relayed_bytes_total{direction=\"down\"} 5000000000\n"
       "taskgate_relayed_bytes_total{direction=\"up\"} 1000\n"},
      {"taskgate_draining", "taskgate_draining 0\n", "taskgate_draining 0\n"},
      {"taskgate_config_generation", "taskgate_config_generation 4\n",
       "taskgate_config_generation 4\n"},
      {"taskgate_config_last_reload_success", "taskgate_config_last_reload_success 1\n",
       "taskgate_config_last_reload_success 1\n"},
      {"process_start_time_seconds", "process_start_time_seconds 1700000000\n",
       "process_start_time_seconds 1700000000\n"},
      {"taskgate_log_lines_dropped_total", "taskgate_log_lines_dropped_total 0\n",
       "taskgate_log_lines_dropped_total 0\n"},
  }));
  const Metrics metrics(kRuleNames);
  CHECK(samples(metrics.render(sample_status()), row.family) == row.known);
  const std::string unknown = metrics.render(unknown_status());
  CHECK(samples(unknown, row.family) == row.unknown);
  const bool has_metadata = unknown.find(std::string(" ") + row.family + " ") != std::string::npos;
  CHECK(has_metadata == (*row.unknown != '\0'));
}

TEST_CASE("While no slot is free, a gauge tells when one may be") {
  Status status = sample_status();
  status.gate.expected = {40, gate::RetryBasis::recent};
  CHECK(samples(Metrics({}).render(status), "taskgate_slot_expected_seconds") ==
        "taskgate_slot_expected_seconds 40\n");
}

TEST_CASE("Each class has its slots, its bounds and its line, and what is not known is absent") {
  const std::string bounds =
      "taskgate_class_cap{class=\"default\"} 4\n"
      "taskgate_class_cap{class=\"people\"} 12\n"
      "taskgate_class_cap{class=\"storms\"} 2\n"
      "taskgate_class_floor{class=\"default\"} 0\n"
      "taskgate_class_floor{class=\"people\"} 3\n"
      "taskgate_class_floor{class=\"storms\"} 0\n"
      "taskgate_line_length{class=\"default\"} 0\n"
      "taskgate_line_length{class=\"people\"} 1\n"
      "taskgate_line_length{class=\"storms\"} 1\n";
  const auto told = [](const Status& status) {
    const std::string text = Metrics(kRuleNames).render(status);
    return samples(text, "taskgate_class_used") + samples(text, "taskgate_class_cap") +
           samples(text, "taskgate_class_floor") + samples(text, "taskgate_line_length");
  };
  CHECK(told(status_with_classes()) ==
        "taskgate_class_used{class=\"default\"} 1\n"
        "taskgate_class_used{class=\"people\"} 1\n"
        "taskgate_class_used{class=\"storms\"} 2\n" +
            bounds);
  CHECK(told(uncounted(status_with_classes())) == bounds);
  CHECK(told(sample_status()).empty());
}

// All five were 1 in what the rows above tell: one could stand in another's place.
TEST_CASE("Each count of sessions is told by its own gauge") {
  Status status = sample_status();
  status.gate.holders.clear();
  const auto add = [&](int count, gate::Origin origin, const tmux::Details& details) {
    for (int i = 0; i < count; ++i) {
      const std::uint64_t id = status.gate.holders.size();
      status.gate.holders.push_back({"kube-coder-x", id, 1'700'000'000, origin, details});
    }
  };
  const std::int64_t now = status.gate.details_wall;
  add(1, gate::Origin::inherited, {.silent_since = now, .ended = true});
  add(2, gate::Origin::unattributed, {.attached = true, .silent_since = now, .ended = false});
  add(4, gate::Origin::created, {.silent_since = now - 900, .ended = false});
  status.gate.holders[1].details->ended = true;
  status.gate.holders[2].details->ended = true;
  status.gate.live = 7;
  const std::string text = Metrics(kRuleNames).render(status);
  for (const auto& [name, count] : {std::pair{"taskgate_sessions_inherited", 1},
                                    {"taskgate_sessions_unattributed", 2},
                                    {"taskgate_sessions_attached", 2},
                                    {"taskgate_sessions_ended", 3},
                                    {"taskgate_sessions_idle", 4}}) {
    CHECK(samples(text, name) == std::string(name) + " " + std::to_string(count) + "\n");
  }
}

TEST_CASE("Where no session lives there is no oldest one") {
  Status status = sample_status();
  status.gate.live = 0;
  status.gate.holders.clear();
  const std::string text = Metrics(kRuleNames).render(status);
  CHECK(samples(text, "taskgate_sessions_live") == "taskgate_sessions_live 0\n");
  CHECK(text.find("taskgate_oldest") == std::string::npos);
}

TEST_CASE("What the process uses is told under the names that every exporter has") {
  const Metrics metrics(kRuleNames);
  CHECK(value(metrics, "process_cpu_seconds_total") > 0);
  CHECK(value(metrics, "process_resident_memory_bytes") > 0);
  CHECK(value(metrics, "process_open_fds") > 2);
  CHECK(value(metrics, "process_max_fds") > 2);
}

TEST_CASE("Flags of a Status that is in trouble are 1 or 0 the other way") {
  Status status = sample_status();
  status.draining = true;
  status.config_last_reload_success = false;
  status.gate.match_wrong = true;
  const std::string text = Metrics(kRuleNames).render(status);
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

}  // namespace
}  // namespace taskgate::observe
