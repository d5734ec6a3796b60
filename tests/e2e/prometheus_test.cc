// A real Prometheus scrapes the real gate: what docs/metrics.md promises is there, with its type
// and, after traffic that is known, its value; and the rules that the chart ships can be evaluated
// on it.
#include "support/prometheus.h"

#include <chrono>
#include <csignal>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/run.h"

using namespace taskgate::test;
namespace json = boost::json;

namespace {

const std::string kRoot = TASKGATE_SOURCE_DIR;

// Name and type of each metric in the tables of docs/metrics.md.
std::map<std::string, std::string> documented_metrics() {
  std::map<std::string, std::string> metrics;
  std::istringstream lines(read_file(kRoot + "/docs/metrics.md"));
  const std::regex row("\\| `((?:taskgate|process)_[a-z_]+)` \\| (gauge|counter|histogram) \\|.*");
  for (std::string line; std::getline(lines, line);) {
    std::smatch cells;
    if (std::regex_match(line, cells, row)) metrics[cells[1]] = cells[2];
  }
  return metrics;
}

std::set<std::string> names_of_series(const Prometheus& prometheus) {
  std::set<std::string> names;
  const json::value values = prometheus.api("label/__name__/values");
  for (const auto& name : values.as_array()) names.emplace(name.as_string());
  return names;
}

// One of each kind: 2 creates admitted, 1 session by another door, 3 creates refused, an event
// stream, a tunnel, a reload.
struct KnownTraffic {
  KnownTraffic() : world(Gate::Settings{{"limit", "3"}, {"classes", "[{name: default}]"}}) {
    world.fill(2);
    world.tmux.new_session("kube-coder-by-hand");
    for (int i = 0; i < 3; ++i) world.create();
    world.ask("GET", "/livez");
    stream = std::make_unique<RawClient>(world.gate->port());
    stream->send(http_request("GET", "/api/events"));
    stream->read_until("event: ready");
    tunnel = std::make_unique<RawClient>(world.gate->port());
    tunnel->send(http_request("GET", "/api/app-proxy/3000/ws", {},
                              {{"Connection", "upgrade"}, {"Upgrade", "websocket"}}));
    tunnel->read_until("\r\n\r\n");
    tunnel->send("12345678");
    tunnel->read_exact(8);
    world.gate->process().signal(SIGHUP);
    world.gate->process().wait_for_line("\"event\":\"config_reloaded\"");
  }

  GatedWorld world;
  std::unique_ptr<RawClient> stream;
  std::unique_ptr<RawClient> tunnel;
};

struct Sample {
  const char* query;
  double value;
};

const std::vector<Sample> kExpected{
    {"up{job='taskgate'}", 1},
    {"taskgate_sessions_live", 3},
    {"taskgate_sessions_limit", 3},
    {"taskgate_slots_free", 0},
    {"taskgate_reservations", 0},
    {"taskgate_creates_waiting", 0},
    {"taskgate_sessions_inherited", 0},
    {"taskgate_sessions_unattributed", 1},
    {"taskgate_signal_state{state='known'}", 1},
    {"sum(taskgate_signal_state)", 1},
    {"taskgate_match_wrong", 0},
    {"sum(taskgate_admissions_total)", 5},
    {"taskgate_admissions_total{decision='admitted',route='terminal'}", 2},
    {"taskgate_admissions_total{decision='rejected',route='terminal'}", 3},
    {"sum(taskgate_refusals_total)", 3},
    {"taskgate_refusals_total{reason='full',route='terminal'}", 3},
    {"taskgate_admission_seconds_count{decision='admitted'}", 2},
    {"taskgate_admission_seconds_bucket{decision='rejected',le='+Inf'}", 3},
    {"taskgate_admission_wait_seconds_count", 0},
    {"taskgate_requests_total{code='201',route='terminal'}", 2},
    {"taskgate_requests_total{code='429',route='terminal'}", 3},
    {"taskgate_requests_total{code='200',route='other'}", 1},
    {"taskgate_request_seconds_count{route='terminal'}", 5},
    {"taskgate_request_seconds_count{route='other'}", 1},
    {"taskgate_stream_seconds_count{kind='stream'}", 0},
    {"taskgate_connections{kind='stream'}", 1},
    {"taskgate_connections{kind='tunnel'}", 1},
    {"taskgate_connections{kind='active'}", 0},
    {"sum(taskgate_upstream_errors_total)", 0},
    {"taskgate_upstream_rejections_total", 0},
    {"taskgate_reservations_abandoned_total", 0},
    {"taskgate_config_generation", 2},
    {"taskgate_config_reloads_total{result='success'}", 1},
    {"taskgate_config_reloads_total{result='failure'}", 0},
    {"taskgate_config_last_reload_success", 1},
    {"taskgate_draining", 0},
    {"taskgate_build_info", 1},
    {"taskgate_log_lines_dropped_total", 0},
};

// What grows by itself, so that only a relation is known.
const std::vector<const char*> kTrue{
    "taskgate_session_listings_total{result='known'} >= bool 3",
    "sum(taskgate_session_listing_seconds_count) == bool sum(taskgate_session_listings_total)",
    "taskgate_signal_age_seconds < bool 3600",
    "taskgate_slot_expected_seconds > bool 0",
    "time() - taskgate_oldest_session_created_timestamp_seconds < bool 3600",
    "taskgate_relayed_bytes_total{direction='up'} >= bool 8",
    "taskgate_relayed_bytes_total{direction='down'} >= bool 8",
    "process_start_time_seconds <= bool time()",
    "process_resident_memory_bytes > bool 1e6",
    "process_cpu_seconds_total{job='taskgate'} > bool 0",
    "process_open_fds < bool process_max_fds",
};

}  // namespace

TEST_CASE("Prometheus finds each documented metric, with its type and its value") {
  KnownTraffic traffic;
  const Prometheus prometheus(traffic.world.gate->admin_port(),
                              {kRoot + "/charts/taskgate/files/alerts.yaml"});
  eventually("it was scraped", [&] { return prometheus.value("up") == 1; });

  for (const Sample& sample : kExpected) {
    INFO(sample.query);
    CHECK(prometheus.value(sample.query) == sample.value);
  }
  for (const char* query : kTrue) {
    INFO(query);
    CHECK(prometheus.value(query) == 1);
  }

  const auto documented = documented_metrics();
  const auto names = names_of_series(prometheus);
  const json::value metadata = prometheus.api("metadata");
  CHECK(documented.size() > 30);
  for (const auto& [name, type] : documented) {
    INFO(name);
    CHECK(names.contains(type == "histogram" ? name + "_bucket" : name));
    const json::value* told = metadata.as_object().if_contains(name);
    REQUIRE(told != nullptr);
    CHECK(std::string(told->at(0).at("type").as_string()) == type);
    CHECK(told->at(0).at("help").as_string().ends_with("."));
  }

  const auto unhealthy = [&] {
    int count = 0;
    const json::value rules = prometheus.api("rules");
    for (const auto& group : rules.at("groups").as_array()) {
      for (const auto& rule : group.at("rules").as_array()) count += rule.at("health") != "ok";
    }
    return count;
  };
  eventually("each rule was evaluated without an error", [&] { return unhealthy() == 0; });
  eventually("a rule has recorded what it says",
             [&] { return prometheus.value("taskgate:slots_used:ratio") == 1; });
}

TEST_CASE("each query of the dashboard can be evaluated, and most find something") {
  KnownTraffic traffic;
  const Prometheus prometheus(traffic.world.gate->admin_port());
  eventually("there are two scrapes, which a rate needs",
             [&] { return prometheus.value("count_over_time(up[1m])") >= 2; });
  const json::value dashboard =
      json::parse(read_file(kRoot + "/charts/taskgate/files/dashboard.json"));
  int found = 0;
  int asked = 0;
  for (const auto& panel : dashboard.at("panels").as_array()) {
    const json::value* targets = panel.as_object().if_contains("targets");
    if (targets == nullptr) continue;
    for (const auto& target : targets->as_array()) {
      std::string query(target.at("expr").as_string());
      query = std::regex_replace(query, std::regex("\\$(namespace|pod)"), ".*");
      query = std::regex_replace(query, std::regex("\\$__rate_interval"), "1m");
      INFO(query);
      CHECK_NOTHROW(found += !prometheus.query(query).empty());
      ++asked;
    }
  }
  CHECK(asked > 30);
  CHECK(found > asked / 2);  // some look for what should not be
}

TEST_CASE("promtool has nothing to say against the text of a scrape") {
  KnownTraffic traffic;
  const TempDir dir;
  const std::string scrape = dir.write("metrics", traffic.world.gate->admin("/metrics").body);
  const RunResult result = run({"sh", "-c", "promtool check metrics < \"$1\"", "sh", scrape});
  INFO(result.out << result.err);
  CHECK(result.status == 0);
  CHECK(result.out + result.err == "");
}

TEST_CASE("however many scrape, the sessions are listed at most once a second") {
  const GatedWorld world;
  const std::string listings = "taskgate_session_listings_total{result=\"known\"}";
  const auto began = std::chrono::steady_clock::now();
  const double before = world.metric(listings);
  for (int i = 0; i < 100; ++i) world.gate->admin(i % 2 == 0 ? "/metrics" : "/status");
  const double after = world.metric(listings);
  const auto seconds =
      std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  CHECK(after - before <= static_cast<double>(seconds.count()) + 1);
}
