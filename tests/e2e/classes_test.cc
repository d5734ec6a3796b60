// Classes of creates: floors, caps, and whose a session is.
#include <boost/json/parse.hpp>
#include <list>

#include "e2e/line_world.h"
#include "support/catch.h"
#include "support/scripted_upstream.h"
#include "support/temp_dir.h"

using namespace taskgate::test;

namespace {

// Two slots, one of which is the people's.
std::string people_and_others(const std::string& floor, const std::string& others) {
  return "limit: 2\nclasses:\n"
         "  - {name: people, match: {header: {name: X-Who, pattern: \"person*\"}}, floor: " +
         floor + "}\n  - {name: default" + others + "}\n";
}

// The terminals, at most one of them.
const std::string kOneTerminal =
    "limit: 3\nclasses: [{name: terminals, match: {routes: [terminal]}, cap: 1}]\n";

HttpAnswer create_as_person(const GatedWorld& world) {
  return Asker(world, {{"x-who", "person 1"}}).answer();
}

HttpAnswer create_task(const GatedWorld& world, const std::string& source) {
  return world.ask("POST", "/api/claude/tasks", R"({"source":")" + source + "\"}");
}

void until_settled(const GatedWorld& world) {
  eventually("no slot is promised", [&] { return world.metric("taskgate_reservations") == 0; });
}

// A session that counts for the class.
std::string session_of(const GatedWorld& world, const std::string& name) {
  const auto status = boost::json::parse(world.gate->admin("/status").body);
  for (const auto& holder : status.at("holders").as_array()) {
    if (holder.at("class") == boost::json::value(name)) {
      return std::string(holder.at("name").as_string());
    }
  }
  throw Failure("no session is known to be of the class " + name);
}

// Whose cap, or whose floors kept for others, refused the create; else what came instead.
std::string full_class(const HttpAnswer& answer) {
  if (answer.status != 429 || !says(answer, R"("reason":"class_full")")) {
    return std::to_string(answer.status) + " " + answer.body;
  }
  return std::string(boost::json::parse(answer.body).at("class").as_string());
}

}  // namespace

TEST_CASE("a person gets the slot that is kept for people while a storm stands in line") {
  ConfiguredWorld c(people_and_others("1", ", wait: 1m"));
  GatedWorld& world = c.world;
  CHECK(world.create().status == 201);
  Asker storm(world);
  until_waiting(world, 1);
  CHECK(create_as_person(world).status == 201);
  CHECK_FALSE(storm.is_answered());
  CHECK(world.tmux.count() == 2);
}

TEST_CASE("the first class that may have a slot gets it, whoever stands there longer") {
  ConfiguredWorld c(
      "limit: 1\nclasses:\n"
      "  - {name: people, match: {header: {name: X-Who, pattern: person}}, wait: 1m}\n"
      "  - {name: default, wait: 1m}\n");
  GatedWorld& world = c.world;
  world.fill(1);
  Asker other(world);
  until_waiting(world, 1);
  Asker person(world, {{"X-Who", "person"}});
  until_waiting(world, 2);
  end_one(world);
  CHECK(person.answer().status == 201);
  CHECK_FALSE(other.is_answered());
  end_one(world);
  CHECK(other.answer().status == 201);
}

TEST_CASE("others do not get what is kept for people, and a reload moves the floor") {
  ConfiguredWorld c(people_and_others("1", ""));
  GatedWorld& world = c.world;
  CHECK(world.create().status == 201);
  const HttpAnswer refused = world.create();
  CHECK(full_class(refused) == "default");
  CHECK(says(refused, "the free slots are kept for other tasks"));
  c.reload(people_and_others("0", ""));
  CHECK(world.create().status == 201);
  CHECK(world.tmux.count() == 2);
}

TEST_CASE("a class is found by the body, and by all that it asks for") {
  ConfiguredWorld c(
      "limit: 9\nclasses: [{name: agents, cap: 1, match: {routes: [task], json: {pointer: /source, "
      "pattern: \"agent:*\"}}}]\n");
  GatedWorld& world = c.world;
  CHECK(create_task(world, "agent:1").status == 201);
  CHECK(full_class(create_task(world, "agent:2")) == "agents");
  CHECK(create_task(world, "person").status == 201);
  CHECK(world.ask("POST", kTerminal, R"({"source":"agent:3"})").status == 201);
  world.gate->process().wait_for_line(R"("reason":"class_full".*"class":"agents")");
}

TEST_CASE("a session is its create's, under whatever name it goes on") {
  ConfiguredWorld c(kOneTerminal);
  GatedWorld& world = c.world;
  CHECK(world.create().status == 201);
  until_settled(world);
  CHECK(full_class(world.create()) == "terminals");
  world.tmux.tmux({"rename-session", "-t", world.tmux.list().front(), "kube-coder-renamed"});
  until_settled(world);
  CHECK(full_class(world.create()) == "terminals");
  CHECK(create_task(world, "").status == 201);
  world.tmux.kill_session("kube-coder-renamed");
  CHECK(world.create().status == 201);
}

TEST_CASE("sessions of another door are of no class, unless inherited_class names one") {
  ConfiguredWorld c(kOneTerminal + "inherited_class: terminals\n");
  GatedWorld& world = c.world;
  world.tmux.new_session("kube-coder-by-hand");
  CHECK(full_class(world.create()) == "terminals");
  c.reload(kOneTerminal);
  CHECK(world.create().status == 201);
}

namespace {

// Each create starts the same session, and is answered with `answer`.
struct NamingWorld {
  explicit NamingWorld(std::string answer, bool is_cut = false)
      : upstream([this, answer, is_cut](RawConnection& connection) {
          read_request(connection);
          tmux.new_session("kube-coder-x");
          connection.send(answer);
          if (is_cut) connection.peer_closed();  // the rest does not come
        }),
        gate(Gate::in_front_of(upstream.port(), tmux.socket()), {"--config", file}) {}

  HttpAnswer create(const std::string& target) const {
    return taskgate::test::ask(gate.port(), http_request("POST", target, "{}"));
  }

  TmuxServer tmux;
  TempDir dir;
  std::string file = dir.write("config.yaml",
                               "limit: 9\ninherited_class: others\nclasses:\n"
                               "  - {name: tasks, match: {routes: [task]}, cap: 1}\n"
                               "  - {name: others, match: {routes: [terminal]}, cap: 1}\n");
  ScriptedUpstream upstream;
  Gate gate;
};

std::string created(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 201 Created\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// Of a byte each.
std::string created_in_chunks(const std::string& body) {
  std::string answer = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char c : body) answer += "1\r\n" + std::string(1, c) + "\r\n";
  return answer + "0\r\n\r\n";
}

const std::string kNamed = R"({"tmux_session":"kube-coder-x"})";

}  // namespace

TEST_CASE("a session whose name stands in the answer is of its create's class") {
  for (const std::string& answer : {created(kNamed), created_in_chunks(kNamed)}) {
    CAPTURE(answer);
    NamingWorld world(answer);
    CHECK(world.create("/api/claude/tasks").status == 201);
    CHECK(full_class(world.create("/api/claude/tasks")) == "tasks");
  }
}

TEST_CASE("a session that its create's answer did not name is one of another door") {
  const std::string cut = created(kNamed).substr(0, created(kNamed).size() - 1);
  for (const std::string& answer :
       {created("{}"), created("created"), created(kNamed, "Content-Encoding: gzip\r\n"), cut,
        std::string("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
        std::string("HTTP/1.1 204 None\r\n\r\n")}) {
    CAPTURE(answer);
    NamingWorld world(answer);
    RawClient client(world.gate.port());
    client.send(http_request("POST", "/api/claude/tasks", "{}", {{"Connection", "close"}}));
    CHECK(client.peer_closed());
    CHECK(full_class(world.create(kTerminal)) == "others");
  }
}

// Its slot was kept for its class until the client had taken the rest, however long that took.
TEST_CASE("a session whose answer is too long to be looked into is nobody's at once") {
  const std::string head = "HTTP/1.1 201 Created\r\nContent-Length: 1000000\r\n\r\n";
  NamingWorld world(head + std::string(100'000, ' '), true);
  RawClient client(world.gate.port());
  client.send(http_request("POST", "/api/claude/tasks", "{}"));
  client.read_until("201 Created");
  eventually("it is counted for no create", [&] {
    return world.gate.metric("taskgate_class_used{class=\"tasks\"}") == 0 &&
           world.gate.metric("taskgate_class_used{class=\"others\"}") == 1;
  });
}

TEST_CASE("classes never let one too many in") {
  ConfiguredWorld c(people_and_others("1", ", cap: 2, wait: 1s"));
  const StormSummary storm =
      run_storm(c.world.gate->port(), {"--path", kTerminal, "--count", "50"});
  CHECK(storm.answered(201) == 1);
  CHECK(create_as_person(c.world).status == 201);
  CHECK(create_as_person(c.world).status == 429);
  CHECK(c.world.tmux.count() == 2);
}

// docs/admission.md: a limit of 12, 3 slots for people, 2 for agents; webhooks have 6 at most.
TEST_CASE("the recommended configuration keeps people before agents, and both before storms") {
  const std::string page = read_file(TASKGATE_SOURCE_DIR "/docs/admission.md");
  const std::string fence = "```yaml\n";
  const std::size_t begin = page.find(fence) + fence.size();
  ConfiguredWorld c(page.substr(begin, page.find("```", begin) - begin));
  GatedWorld& world = c.world;
  std::list<Asker> storm;
  for (int number = 0; number < 7; ++number) {
    storm.emplace_back(world, HttpFields{}, "/api/webhooks/hook1", std::to_string(number));
  }
  eventually("six webhooks are let in",
             [&] { return world.metric("taskgate_class_used{class=\"webhooks\"}") == 6; });
  until_waiting(world, 1);
  const HttpFields token{{"Authorization", "Bearer nightly-token"}};
  const std::string fire = "/api/triggers/cron-fire/nightly";
  CHECK(Asker(world, token, fire).answer().status == 202);  // what nobody is owed
  Asker cron(world, token, fire);
  until_waiting(world, 2);

  const HttpFields browser{{"Sec-Fetch-Site", "same-origin"}};
  for (int person = 0; person < 3; ++person) {
    CHECK(Asker(world, browser).answer().status == 201);
  }
  for (int agent = 0; agent < 2; ++agent) CHECK(Asker(world).answer().status == 201);
  CHECK(world.tmux.count() == 12);

  Asker agent(world);
  until_waiting(world, 3);
  Asker person(world, browser);
  until_waiting(world, 4);
  world.tmux.kill_session(session_of(world, "webhooks"));
  CHECK(person.answer().status == 201);
  until_waiting(world, 3);
}
