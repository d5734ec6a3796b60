// The rules that the chart ships: each alert has its section in the runbook and its test, and what
// they ask for exists.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "observe/promql.h"

namespace taskgate::observe {
namespace {

namespace fs = std::filesystem;

const fs::path kRules = kRoot / "charts/taskgate/files/alerts.yaml";

std::vector<YAML::Node> rules_of(const fs::path& file) {
  std::vector<YAML::Node> rules;
  for (const auto& group : YAML::LoadFile(file.string())["groups"]) {
    for (const auto& rule : group["rules"]) rules.push_back(rule);
  }
  return rules;
}

// All files of the chart: alerts.yaml, and those on workspaces past their gate.
std::vector<YAML::Node> all_alerts() {
  std::vector<YAML::Node> alerts;
  for (const auto& entry : fs::directory_iterator(kRules.parent_path())) {
    if (!entry.path().filename().string().starts_with("alerts")) continue;
    for (const YAML::Node& rule : rules_of(entry.path())) {
      if (rule["alert"]) alerts.push_back(rule);
    }
  }
  return alerts;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// From one heading of the page to the next.
std::string section(const std::string& page, const std::string& heading) {
  const auto begin = page.find("\n### " + heading + "\n");
  if (begin == std::string::npos) return "";
  return page.substr(begin, page.find("\n#", begin + 1) - begin);
}

TEST_CASE("Each alert has a section in the runbook: what it means, how to look, what to do") {
  const std::string page = read_file(kRoot / "docs/runbook.md");
  const auto alerts = all_alerts();
  CHECK(alerts.size() >= 17);
  for (const YAML::Node& alert : alerts) {
    const auto name = alert["alert"].as<std::string>();
    INFO(name);
    const std::string text = section(page, name);
    CHECK(text.find("**What it means.** ") != std::string::npos);
    CHECK(text.find("**How to look.** ") != std::string::npos);
    CHECK(text.find("**What to do.** ") != std::string::npos);
  }
}

TEST_CASE("The runbook says what to do for each reason of a refusal") {
  const std::string page = read_file(kRoot / "docs/runbook.md");
  const auto begin = page.find("\n## When it refuses and should not\n");
  REQUIRE(begin != std::string::npos);
  const std::string text = page.substr(begin, page.find("\n## ", begin + 1) - begin);
  for (const auto reason : gate::kRefusalReasons) {
    INFO(name_of(reason));
    CHECK(text.find(std::string("`") + name_of(reason) + "`") != std::string::npos);
  }
  CHECK(text.find("`mode: observe`") != std::string::npos);
}

// Without the `=` tmux ended kube-coder-12 for a kube-coder-1 that had ended by itself meanwhile.
TEST_CASE("Where the pages name one session to tmux, tmux takes no other for it") {
  const std::regex command("tmux (?:kill-session|capture-pane) [^`\\n]*?-t (\\S+)");
  for (const char* const name : {"README.md", "docs/runbook.md", "docs/deploying.md"}) {
    const std::string page = read_file(kRoot / name);
    auto at = std::sregex_iterator(page.begin(), page.end(), command);
    CHECK(at != std::sregex_iterator());
    for (; at != std::sregex_iterator(); ++at) {
      INFO(name << ": " << at->str());
      CHECK((*at)[1].str().starts_with("'="));
    }
  }
}

TEST_CASE("Each alert on a gate says how bad it is, what is the matter, and where to read on") {
  for (const YAML::Node& rule : rules_of(kRules)) {
    if (!rule["alert"]) continue;
    const auto name = rule["alert"].as<std::string>();
    INFO(name);
    const auto severity = rule["labels"]["severity"].as<std::string>("");
    CHECK((severity == "critical" || severity == "warning" || severity == "info"));
    CHECK(rule["annotations"]["summary"].as<std::string>("").ends_with("."));
    CHECK(rule["annotations"]["runbook"].as<std::string>("") == "docs/runbook.md#" + lower(name));
  }
}

TEST_CASE("The rules ask for metrics, labels and values that exist") {
  std::set<std::string> recorded;
  for (const YAML::Node& rule : rules_of(kRules)) {
    if (rule["record"]) recorded.insert(rule["record"].as<std::string>());
  }
  const std::regex name("\\btaskgate:[a-z0-9_:]+");
  for (const YAML::Node& rule : rules_of(kRules)) {
    const auto query = rule["expr"].as<std::string>();
    check_query(query);
    INFO(query);
    for (std::sregex_iterator at(query.begin(), query.end(), name), end; at != end; ++at) {
      CHECK(recorded.contains(at->str()));
    }
  }
}

TEST_CASE("A query that asks for what does not exist is found out") {
  CHECK(metrics_in("rate(taskgate_a_total[5m]) / process_b") ==
        std::set<std::string>{"taskgate_a_total", "process_b"});
  const auto matchers = matchers_in("taskgate_a{state=~\"x|y\", pod=\"z\"} > up{job=\"q\"}");
  REQUIRE(matchers.size() == 3);
  CHECK(matchers[1].metric == "taskgate_a");
  CHECK(matchers[1].label == "state");
  CHECK(matchers[1].value == "y");
  CHECK(matchers[2].label == "pod");
}

TEST_CASE("Each alert is tested to come and to stay away") {
  std::map<std::string, std::pair<bool, bool>> tested;
  for (const auto& entry : fs::directory_iterator(kRoot / "tests/alerts")) {
    if (entry.path().extension() != ".yaml") continue;
    for (const auto& test : YAML::LoadFile(entry.path().string())["tests"]) {
      for (const auto& each : test["alert_rule_test"]) {
        auto& [comes, stays_away] = tested[each["alertname"].as<std::string>()];
        (each["exp_alerts"].size() > 0 ? comes : stays_away) = true;
      }
    }
  }
  for (const YAML::Node& rule : rules_of(kRules)) {
    if (!rule["alert"]) continue;
    const auto name = rule["alert"].as<std::string>();
    INFO(name);
    CHECK(tested[name].first);
    CHECK(tested[name].second);
  }
}

}  // namespace
}  // namespace taskgate::observe
