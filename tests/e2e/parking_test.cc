// Clients that keep a silent connection: they are parked (src/net/parking.h), and must not
// notice.

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "e2e/wire_world.h"
#include "support/catch.h"
#include "support/loopback.h"

namespace taskgate::test {
namespace {

const std::string kRequest = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

bool is_empty_set(const std::filesystem::path& descriptor_info) {
  std::ifstream info(descriptor_info);
  std::string line;
  while (std::getline(info, line)) {
    if (line.starts_with("tfd:")) return false;
  }
  return true;
}

// Of the process's epoll sets: parking has one of its own, and nothing else in these tests fills or
// empties one.
int empty_epoll_sets(pid_t pid) {
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(process / "fd")) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(entry.path(), error);
    if (error || target != "anon_inode:[eventpoll]") continue;
    if (is_empty_set(process / "fdinfo" / entry.path().filename())) ++found;
  }
  return found;
}

struct ParkedWorld : ScriptedWorld {
  explicit ParkedWorld(const Gate::Settings& more = {})
      : ScriptedWorld(answer_with(kNoContent), more), pid(front.gate.process().pid()) {
    nobody_parked = empty_epoll_sets(pid);
    client.send(kRequest);
    CHECK(read_answer(client).status == 204);
    // On a busy machine a short timeouts.keep_alive may be over before anybody has looked.
    eventually("the client is parked",
               [&] { return is_parked() || client.peer_closed(Duration::zero()); });
  }

  bool is_parked() const { return empty_epoll_sets(pid) == nobody_parked - 1; }
  double idle() const { return front.metric(R"(taskgate_connections{kind="idle"})"); }

  pid_t pid;
  int nobody_parked = 0;
  RawClient client{port()};
};

TEST_CASE("a parked client is served when it goes on, as often as it likes") {
  ParkedWorld world;
  CHECK(world.idle() == 1);
  for (int round = 0; round < 3; ++round) {
    world.client.send(kRequest + kRequest);
    CHECK(read_answer(world.client).status == 204);
    CHECK(read_answer(world.client).status == 204);
    eventually("the client is parked again", [&] { return world.is_parked(); });
  }
  CHECK(world.idle() == 1);
}

TEST_CASE("a parked client's head may come in pieces") {
  ParkedWorld world;
  world.client.send(kRequest.substr(0, 1));
  eventually("the client is read", [&] { return !world.is_parked(); });
  world.client.send(kRequest.substr(1));
  CHECK(read_answer(world.client).status == 204);
}

TEST_CASE("an empty line from a parked client is no request, and it is parked again") {
  ParkedWorld world(Gate::Settings{{"timeouts.head", "300ms"}});
  world.client.send("\r\n");
  eventually("the client is read, and parked again",
             [&] { return unread_connections(world.port()) == 0 && world.is_parked(); });
  world.client.send(kRequest);
  CHECK(read_answer(world.client).status == 204);
}

TEST_CASE("a parked client that leaves is let go, by whatever way it leaves") {
  const bool reset = GENERATE(true, false);
  ParkedWorld world;
  if (reset) {
    world.client.reset();
  } else {
    world.client.close();
  }
  eventually("it is counted no more", [&] { return world.idle() == 0; });
}

TEST_CASE("a parked client's connection ends without an answer at timeouts.keep_alive") {
  ParkedWorld world(Gate::Settings{{"timeouts.keep_alive", "400ms"}});
  CHECK(world.client.read_to_end().empty());
  eventually("it is counted no more", [&] { return world.idle() == 0; });
}

TEST_CASE("a parked client counts for limits.connections, and leaves its place") {
  ParkedWorld world(Gate::Settings{{"limits.connections", "1"}});
  RawClient second(world.port());
  second.send(kRequest);
  world.client.send(kRequest);
  CHECK(read_answer(world.client).status == 204);
  CHECK(second.pending().empty());
  world.client.close();
  CHECK(read_answer(second).status == 204);
}

TEST_CASE("until a drain's notice is over, a parked client is still served") {
  ParkedWorld world(Gate::Settings{{"drain.notice", "20s"}, {"drain.timeout", "30s"}});
  world.front.gate.process().signal(SIGTERM);
  eventually("it is not ready", [&] { return !world.front.gate.is_ready(); });
  CHECK(world.is_parked());
  world.client.send(kRequest);
  const HttpAnswer answer = read_answer(world.client);
  CHECK(answer.status == 204);
  CHECK(answer.field("Connection") == "close");
}

TEST_CASE("a drain ends parked clients, and with them the process") {
  const int signals = GENERATE(1, 2);
  ParkedWorld world(Gate::Settings{{"drain.notice", "10ms"}, {"drain.timeout", "30s"}});
  for (int sent = 0; sent < signals; ++sent) world.front.gate.process().signal(SIGTERM);
  CHECK(world.client.read_to_end().empty());
  CHECK(world.front.gate.process().wait() == 0);
}

}  // namespace
}  // namespace taskgate::test
