// The log of the real gate: what docs/logs.md promises of each event, and what never stands in a
// line.
#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "e2e/gated_world.h"
#include "support/catch.h"

using namespace taskgate::test;
namespace json = boost::json;

namespace {

struct Row {
  std::string levels;
  std::set<std::string> fields;
};

// The events of docs/logs.md; an admission has the fields of a request, too.
std::map<std::string, Row> documented() {
  std::map<std::string, Row> events;
  const std::string page = read_file(std::string(TASKGATE_SOURCE_DIR) + "/docs/logs.md");
  const std::regex row("\n\\| `([a-z_]+)` \\| ([a-z, ]+) \\| [^|]*\\|([^|]*)\\|");
  const std::regex name("`([a-z_]+)`");
  for (std::sregex_iterator at(page.begin(), page.end(), row), end; at != end; ++at) {
    const std::string fields = (*at)[3];
    events[(*at)[1]] = {(*at)[2],
                        {std::sregex_token_iterator(fields.begin(), fields.end(), name, 1), {}}};
  }
  events["admission"].fields.merge(std::set<std::string>(events["request"].fields));
  return events;
}

std::vector<json::object> lines_of(Gate& gate) {
  std::vector<json::object> lines;
  std::istringstream text(gate.process().output());
  for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line).as_object());
  return lines;
}

std::string text_of(const json::object& line, const char* field) {
  const json::value* found = line.if_contains(field);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

HttpAnswer create(const GatedWorld& world, const HttpFields& fields,
                  const std::string& target = kTerminal) {
  return ask(world.gate->port(),
             http_request("POST", target, "{\"prompt\":\"body-secret\"}", fields));
}

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kParent = "00-" + kTrace + "-b7ad6b7169203331-01";

}  // namespace

TEST_CASE("each line of a busy life is documented, and none holds what is secret") {
  TempDir dir;
  const std::string file = dir.write("config.yaml", "limit: 1\nlog: {access: all}\n");
  GatedWorld world({}, {}, {"--config", file});
  Gate& gate = *world.gate;
  const HttpFields secrets{{"Authorization", "Bearer header-secret"}, {"X-Request-Id", "id-1"}};
  create(world, secrets);
  create(world, secrets);
  create(world, secrets, kTerminal + "?token=query-secret");
  world.ask("GET", "/livez?token=query-secret");
  ask(gate.port(), "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  std::ofstream(file) << "limit: none\n";
  gate.process().signal(SIGHUP);
  gate.process().wait_for_line("config_reload_failed");
  std::ofstream(file) << "limit: 1\nlisten: 127.0.0.1:1\nlog: {access: all}\n";
  gate.process().signal(SIGHUP);
  gate.process().wait_for_line("config_reloaded");
  world.standin.process().signal(SIGKILL);
  eventually("the upstream is gone", [&] { return world.ask("GET", "/livez").status == 502; });
  gate.process().wait_for_line("upstream_failing");
  gate.process().signal(SIGTERM);
  gate.process().wait();

  const auto events = documented();
  const std::set<std::string> common{"time", "level", "event", "dropped_lines"};
  std::set<std::string> seen;
  for (const json::object& line : lines_of(gate)) {
    INFO(json::serialize(line));
    const std::string event = text_of(line, "event");
    seen.insert(event);
    REQUIRE(events.contains(event));
    CHECK(events.at(event).levels.find(text_of(line, "level")) != std::string::npos);
    for (const auto& member : line) {
      const std::string name = member.key();
      INFO(name);
      CHECK((common.contains(name) || events.at(event).fields.contains(name)));
    }
  }
  for (const char* event :
       {"listening", "signal", "admission", "request", "signal_received", "config_reload_failed",
        "config_reloaded", "upstream_failing", "drain_started", "drained", "stopped"}) {
    INFO(event);
    CHECK(seen.contains(event));
  }
  CHECK(gate.process().output().find("secret") == std::string::npos);
}

TEST_CASE("a create's line tells what it was decided on, and by which ids it is found elsewhere") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  const HttpFields ids{{"X-Request-Id", "id-1"}, {"traceparent", kParent}};
  CHECK(create(world, ids).status == 201);
  CHECK(create(world, ids).status == 429);
  world.gate->process().wait_for_line("\"decision\":\"rejected\"");
  std::vector<json::object> lines;
  for (const json::object& line : lines_of(*world.gate)) {
    if (text_of(line, "event") == "admission") lines.push_back(line);
  }
  REQUIRE(lines.size() == 2);
  for (const json::object& line : lines) {
    INFO(json::serialize(line));
    CHECK(text_of(line, "route") == "terminal");
    CHECK(text_of(line, "request_id") == "id-1");
    CHECK(text_of(line, "trace_id") == kTrace);
    CHECK(text_of(line, "span_id") == "b7ad6b7169203331");
    CHECK(text_of(line, "signal") == "known");
    CHECK(line.at("signal_age_ms").is_double());
    CHECK(line.at("limit") == 1);
    CHECK(line.at("reserved") == 0);
  }
  CHECK(text_of(lines[0], "decision") == "admitted");
  CHECK(lines[0].at("live") == 0);
  CHECK(text_of(lines[1], "reason") == "full");
  CHECK(lines[1].at("live") == 1);
  CHECK(lines[1].at("retry_after_s").as_int64() >= 2);
}

TEST_CASE("ids that are malformed or come twice are not logged, but one that is made") {
  GatedWorld world(Gate::Settings{{"limit", "0"}});
  const std::string forged = "x\\\",\\\"event\\\":\\\"forged";
  std::set<std::string> told;
  for (const HttpFields& fields :
       {HttpFields{{"X-Request-Id", forged}, {"traceparent", "00-" + kTrace}},
        HttpFields{{"X-Request-Id", "id-1"}, {"X-Request-Id", "id-2"}}}) {
    told.insert(create(world, fields).field("X-Request-Id").value_or(""));
  }
  REQUIRE(told.size() == 2);
  std::set<std::string> logged;
  eventually("both were logged", [&] {
    logged.clear();
    for (const json::object& line : lines_of(*world.gate)) {
      if (text_of(line, "event") == "admission") logged.insert(text_of(line, "request_id"));
    }
    return logged.size() == 2;
  });
  CHECK(logged == told);
  for (const json::object& line : lines_of(*world.gate)) {
    INFO(json::serialize(line));
    CHECK_FALSE(line.contains("trace_id"));
    CHECK(text_of(line, "event") != "forged");
  }
}

TEST_CASE("a storm of refused creates leaves lines out, says how many, and counts each create") {
  GatedWorld world(Gate::Settings{{"limit", "0"}});
  constexpr std::int64_t kCreates = 400;
  for (std::int64_t i = 0; i < kCreates; ++i) create(world, {});
  CHECK(world.metric("taskgate_refusals_total{reason=\"full\",route=\"terminal\"}") == kCreates);
  std::int64_t made = kCreates;
  std::int64_t lines = 0;
  std::int64_t told = 0;
  eventually("the next line that is written accounts for all", [&] {
    create(world, {});
    ++made;
    lines = told = 0;
    for (const json::object& line : lines_of(*world.gate)) {
      if (text_of(line, "event") != "admission") continue;
      ++lines;
      const json::value* left_out = line.if_contains("left_out");
      told += 1 + (left_out != nullptr ? left_out->as_int64() : 0);
    }
    return told == made;
  });
  CHECK(lines < kCreates);
}

TEST_CASE("whoever asks for every line gets every line, in a storm, too") {
  GatedWorld world(Gate::Settings{{"limit", "0"}, {"log.access", "all"}});
  for (int i = 0; i < 200; ++i) create(world, {});
  eventually("all were logged", [&] {
    int lines = 0;
    for (const json::object& line : lines_of(*world.gate)) {
      if (text_of(line, "event") == "admission") ++lines;
    }
    return lines == 200;
  });
}

TEST_CASE("what speaks something else than HTTP/1 is named, to it and in the log") {
  GatedWorld world;
  const auto answer = [&](const std::string& bytes) { return ask(world.gate->port(), bytes); };
  const HttpAnswer proxied = answer("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET / HTTP/1.1\r\n\r\n");
  CHECK(proxied.status == 400);
  CHECK(says(proxied, "PROXY protocol header before the request"));
  world.gate->process().wait_for_line("PROXY TCP4 10.0.0.1");
  CHECK(
      says(answer(std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", 16)), "PROXY protocol header"));
  CHECK(says(answer(std::string("\x16\x03\x01\0\x05", 5)), "TLS on a plain HTTP port"));
  world.gate->process().wait_for_line("end TLS before it");
}

TEST_CASE("a reload changes the level of the log") {
  TempDir dir;
  const std::string file = dir.write("config.yaml", "limit: 0\n");
  GatedWorld world({}, {}, {"--config", file});
  create(world, {{"X-Request-Id", "before"}});
  world.gate->process().wait_for_line("\"request_id\":\"before\"");
  std::ofstream(file) << "limit: 0\nlog: {level: error}\n";
  world.gate->process().signal(SIGHUP);
  eventually("it is in force", [&] { return world.metric("taskgate_config_generation") == 2; });
  create(world, {{"X-Request-Id", "silent"}});
  std::ofstream(file) << "limit: 0\nlog: {level: info}\n";
  world.gate->process().signal(SIGHUP);
  world.gate->process().wait_for_line("config_reloaded");
  create(world, {{"X-Request-Id", "after"}});
  world.gate->process().wait_for_line("\"request_id\":\"after\"");
  CHECK(world.gate->process().output().find("silent") == std::string::npos);
}
