// docs/status.md cannot go stale: its table of the members of /status is held against the code.
#include <boost/json.hpp>

#include "observe/exposed.h"
#include "observe/status_json.h"

namespace taskgate::observe {
namespace {

namespace json = boost::json;

const char* kind_name(const json::value& value) {
  if (value.is_object()) return "object";
  if (value.is_bool()) return "boolean";
  if (value.is_string()) return "string";
  if (value.is_array()) return "array";
  if (value.is_double()) return "number";
  return "integer";
}

// What docs/status.md says of a member: `live` is "integer" and may be null.
struct Member {
  std::string kind;  // empty while only null was seen
  bool may_be_null = false;
  bool operator==(const Member&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Member& member) {
  return out << member.kind << (member.may_be_null ? " or null" : "");
}

using Members = std::map<std::string, Member>;

void add_member(const std::string& path, const json::value& value, Members& to) {
  Member& member = to[path];
  if (value.is_null()) {
    member.may_be_null = true;
    return;
  }
  member.kind = kind_name(value);
  if (const json::array* items = value.if_array()) {
    for (const json::value& item : *items) add_member(path + "[]", item, to);
  }
  if (const json::object* object = value.if_object()) {
    for (const auto& [name, inner] : *object) {
      add_member(path.empty() ? std::string(name) : path + "." + std::string(name), inner, to);
    }
  }
}

// Everything that a status can have, from one in which all is known and one in which nothing is.
Members exposed_members() {
  Members members;
  Status status = status_with_classes();
  gate::Verdict full;
  full.reason = gate::RefusalReason::full;
  full.live = 12;
  gate::Verdict unknown;
  unknown.fault = "timeout";
  status.refusals = {{status.started, "spawn", full, 23, "7d1f", "deploy"},
                     {status.started, "spawn", unknown, 10, ""}};
  status.history = {{1, {}, {}, 0, 12, 0, 0}, {0, gate::SignalState::known, 3, 0, 12, 0, 0, 3}};
  status.observed = {{"spawn", "default", gate::RefusalReason::full, 1, 2}};
  status.refused_last_hour = {
      {"spawn", "default", gate::RefusalReason::full, 1, 1, "deploy", "7d1f"},
      {"spawn", "default", gate::RefusalReason::full, 1, 1}};
  status.marks = {{1, Mark::start}};
  status.gate.expected = gate::RetryWindow{};
  status.config_error = "config.yaml:1:8: limit: \"x\" is no number";
  add_member("", json::parse(to_json(status)), members);
  Status blank = uncounted(status_with_classes());
  blank.gate.signal_age = std::chrono::seconds(30);
  blank.gate.last_holders = status.gate.holders;
  blank.identity = {};
  blank.peak.reset();
  add_member("", json::parse(to_json(blank)), members);
  add_member("", json::parse(to_json(uncounted(std::move(blank)))), members);
  status.gate.turnover.mean_lifetime.reset();
  status.upstream_health = {};
  add_member("", json::parse(to_json(status)), members);
  // An object has a row of its own only where it may be missing, and those who held the slots last
  // are told as those who do.
  std::erase_if(members, [](const auto& each) {
    return (each.second.kind == "object" && !each.second.may_be_null) ||
           each.first.starts_with("last_holders.holders[]");
  });
  return members;
}

// A table's row: | `name` | type | meaning |
Members documented_members() {
  Members members;
  std::istringstream lines(read_file(kRoot / "docs/status.md"));
  const std::regex row(
      "\\| `([a-z0-9_.\\[\\]]+)` \\| (integer|number|string|boolean|array|object)( or null)? "
      "\\|.*");
  for (std::string line; std::getline(lines, line);) {
    std::smatch cells;
    if (std::regex_match(line, cells, row)) members[cells[1]] = {cells[2], cells[3].matched};
  }
  return members;
}

TEST_CASE("docs/status.md lists each member of /status with its type, and no other") {
  const Members code = exposed_members();
  const Members page = documented_members();
  CHECK(code.size() > 50);
  for (const auto& [name, member] : code) {
    INFO(name);
    REQUIRE(page.contains(name));
    CHECK(page.at(name) == member);
  }
  for (const auto& [name, member] : page) {
    INFO(name << " is in the page only");
    CHECK(code.contains(name));
  }
}

}  // namespace
}  // namespace taskgate::observe
