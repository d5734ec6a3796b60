// The dashboard that the chart ships: what it asks for exists, and nothing that a gate shows is
// missing from it.
#include <boost/json.hpp>

#include "observe/promql.h"

namespace taskgate::observe {
namespace {

namespace json = boost::json;

json::value dashboard() {
  return json::parse(read_file(kRoot / "charts/taskgate/files/dashboard.json"));
}

std::string text(const json::value& from, const char* member) {
  const json::value* found = from.as_object().if_contains(member);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

// All but the rows.
std::vector<json::value> panels() {
  std::vector<json::value> all;
  const json::value whole = dashboard();
  for (const json::value& panel : whole.at("panels").as_array()) {
    if (text(panel, "type") != "row") all.push_back(panel);
  }
  return all;
}

std::vector<std::string> queries() {
  std::vector<std::string> all;
  for (const json::value& panel : panels()) {
    for (const json::value& target : panel.at("targets").as_array()) {
      all.push_back(text(target, "expr"));
    }
  }
  const json::value whole = dashboard();
  for (const json::value& mark : whole.at("annotations").at("list").as_array()) {
    all.push_back(text(mark, "expr"));
  }
  return all;
}

TEST_CASE("The dashboard asks for metrics, labels and values that exist") {
  CHECK(queries().size() > 30);
  for (const std::string& query : queries()) check_query(query);
}

TEST_CASE("Each metric of the gate is on the dashboard") {
  const ExposedFamilies families = exposed();
  std::set<std::string> shown;
  for (const std::string& query : queries()) {
    for (const std::string& name : metrics_in(query)) shown.insert(family_of(name, families));
  }
  // Reloads are marks in the graphs; which number the configuration has says nothing more.
  const std::set<std::string> left_out{"taskgate_config_generation"};
  for (const auto& [name, family] : families) {
    INFO(name);
    CHECK(shown.contains(name) != left_out.contains(name));
  }
}

TEST_CASE("Each panel has a title, says what it shows, and lets the user choose the data source") {
  std::set<std::int64_t> ids;
  for (const json::value& panel : panels()) {
    INFO(text(panel, "title"));
    CHECK_FALSE(text(panel, "title").empty());
    CHECK(text(panel, "description").ends_with("."));
    CHECK(ids.insert(panel.at("id").as_int64()).second);
    CHECK(text(panel.at("datasource"), "uid") == "${datasource}");
    for (const json::value& target : panel.at("targets").as_array()) {
      CHECK(text(target.at("datasource"), "uid") == "${datasource}");
    }
  }
}

TEST_CASE(
    "Each query is limited to the chosen namespaces, and each variable that is used is there") {
  const json::value whole = dashboard();
  std::set<std::string> variables{"__rate_interval"};
  for (const json::value& variable : whole.at("templating").at("list").as_array()) {
    variables.insert(text(variable, "name"));
  }
  CHECK(variables.contains("datasource"));
  const std::regex use("\\$\\{?([a-z_]+)");
  for (const std::string& query : queries()) {
    INFO(query);
    CHECK(query.find("namespace=~\"$namespace\"") != std::string::npos);
    for (std::sregex_iterator at(query.begin(), query.end(), use), end; at != end; ++at) {
      CHECK(variables.contains((*at)[1]));
    }
  }
}

TEST_CASE("No two panels of the dashboard cover each other") {
  struct Box {
    std::int64_t x, y, w, h;
  };
  std::vector<Box> boxes;
  for (const json::value& panel : panels()) {
    const json::value& at = panel.at("gridPos");
    boxes.push_back({at.at("x").as_int64(), at.at("y").as_int64(), at.at("w").as_int64(),
                     at.at("h").as_int64()});
    CHECK(boxes.back().x + boxes.back().w <= 24);
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Box& a = boxes[i];
      const Box& b = boxes[j];
      const bool apart =
          a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      CHECK(apart);
    }
  }
}

}  // namespace
}  // namespace taskgate::observe
