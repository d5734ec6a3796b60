// From a refusal to whom it hit, and from a session to what made it: what the answer, the log and
// the status say of one create.
#include <boost/json.hpp>
#include <csignal>

#include "e2e/gated_world.h"
#include "support/catch.h"
#include "support/run.h"

using namespace taskgate::test;
namespace json = boost::json;

namespace {

const std::string kHook = "/api/webhooks/hook1";

json::object status_of(const GatedWorld& world) {
  return json::parse(world.gate->admin("/status").body).as_object();
}

HttpAnswer call_hook(const GatedWorld& world, const std::string& id) {
  return ask(world.gate->port(), http_request("POST", kHook, "{}", {{"X-Request-Id", id}}));
}

}  // namespace

TEST_CASE("a session is traced to the webhook that made it, and a refusal to the one that it hit") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  CHECK(call_hook(world, "made-it").status == 202);
  CHECK(call_hook(world, "hit").status == 429);
  eventually("the session is known by its maker", [&] {
    const json::value holders = status_of(world).at("holders");
    return holders.is_array() && holders.as_array().size() == 1 &&
           holders.at(0).at("path_id") == "hook1" && holders.at(0).at("request_id") == "made-it";
  });
  const json::value refusal = status_of(world).at("refusals").at(0);
  CHECK(refusal.at("route") == "webhook");
  CHECK(refusal.at("id") == "hook1");
  CHECK(refusal.at("request_id") == "hit");
  const std::string line = world.gate->process().wait_for_line("\"decision\":\"rejected\"");
  CHECK(line.find("\"route\":\"webhook\",\"id\":\"hook1\"") != std::string::npos);
  CHECK(line.find("\"request_id\":\"hit\"") != std::string::npos);
}

TEST_CASE("whom it refused is summed up, with the last request of each") {
  GatedWorld world(Gate::Settings{{"limit", "1"}});
  const auto refusals = [&](const Gate::Words& flags = {}) {
    Gate::Words words{gate_binary(), "status", "--refusals"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Gate::Settings admin{{"admin", "127.0.0.1:" + std::to_string(world.gate->admin_port())}};
    return run(words, gate_environment(admin));
  };
  CHECK(refusals().out.starts_with("No create was refused since the gate's start, "));
  world.fill(1);
  CHECK(call_hook(world, "one").status == 429);
  CHECK(call_hook(world, "two").status == 429);
  CHECK(world.create().status == 429);
  const json::object status = status_of(world);
  const json::array& sums = status.at("refused_last_hour").as_array();
  REQUIRE(sums.size() == 2);
  CHECK(sums.at(0).at("route") == "webhook");
  CHECK(sums.at(0).at("id") == "hook1");
  CHECK(sums.at(0).at("reason") == "full");
  CHECK(sums.at(0).at("count") == 2);
  CHECK(sums.at(0).at("last_request_id") == "two");
  CHECK(sums.at(1).at("id").is_null());
  const RunResult told = refusals();
  CHECK(told.status == 0);
  CHECK(told.out.find("\n2      webhook   hook1  full ") != std::string::npos);
  CHECK(told.out.find(" two\n") != std::string::npos);
  CHECK(refusals({"--watch"}).status == 64);
  CHECK(refusals({"--json"}).err.find("refused_last_hour") != std::string::npos);
}

TEST_CASE("what came since the start is told by route, with the highest count and what was met") {
  GatedWorld world(Gate::Settings{{"limit", "1"}, {"drain.notice", "0s"}});
  world.fill(1);
  CHECK(call_hook(world, "one").status == 429);
  CHECK(world.ask("GET", "/livez").status == 200);
  world.gate->process().signal(SIGUSR1);
  eventually("the gate is drained", [&] { return status_of(world).at("drained") == true; });
  const json::object status = status_of(world);
  CHECK(status.at("peak").at("live") == 1);
  const auto total = [&](const char* route, const char* member) {
    for (const json::value& row : status.at("totals").as_array()) {
      if (row.at("route") == route) return row.at(member);
    }
    return json::value();
  };
  CHECK(total("terminal", "admitted") == 1);
  CHECK(total("terminal", "p99_seconds").is_double());
  CHECK(total("webhook", "refused") == 1);
  CHECK(total("other", "requests") == 1);
  CHECK(total("cron-fire", "requests") == 0);
  CHECK(total("cron-fire", "median_seconds").is_null());
  std::string marks;
  for (const json::value& mark : status.at("history").at("marks").as_array()) {
    marks += std::string(mark.at("kind").as_string()) + " ";
  }
  CHECK(marks == "start drain ");
}

TEST_CASE("a gate that was told where it runs says so where it is looked for") {
  const std::string longest(253, 'a');
  GatedWorld world(Gate::Settings{{"identity.pod", longest},
                                  {"identity.namespace", "coders"},
                                  {"identity.workspace", "alice"}});
  const std::string line = world.gate->process().wait_for_line("\"event\":\"listening\"");
  CHECK(line.find("\"pod\":\"" + longest + "\",\"namespace\":\"coders\",\"workspace\":\"alice\"") !=
        std::string::npos);
  CHECK(status_of(world).at("identity") ==
        json::value{{"pod", longest}, {"namespace", "coders"}, {"workspace", "alice"}});
  const GatedWorld nameless;
  CHECK(nameless.gate->process().wait_for_line("\"event\":\"listening\"").find("\"pod\"") ==
        std::string::npos);
}
