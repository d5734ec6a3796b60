// From a refusal to whom it hit, and from a session to what made it: what the answer, the log and
// the status say of one create.
#include <boost/json.hpp>

#include "e2e/gated_world.h"
#include "support/catch.h"

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
