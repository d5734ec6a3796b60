// Server-sent events, and the request behind them that is served.

#include "e2e/standin_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kEvents = "GET /api/events HTTP/1.1\r\nHost: x\r\n";

std::string task_id(const HttpAnswer& answer) {
  return capture(answer.body, R"re("task_id": "([^"]+)")re");
}

TEST_CASE("an event stream says keep-alive, has no length, and begins with ready") {
  const StandinWorld world;
  RawClient client(world.port());
  client.send(kEvents + "\r\n");
  const HttpAnswer head = read_answer_head(client);
  CHECK(head.status == 200);
  CHECK(head.version == "HTTP/1.0");
  CHECK(head.field("Content-Type") == "text/event-stream");
  CHECK(head.field("X-Accel-Buffering") == "no");
  CHECK(head.field("Connection") == "keep-alive");
  CHECK(head.fields.count("Content-Length") == 0);
  CHECK(client.read_until("\n\n").starts_with("event: ready\n"));
}

TEST_CASE("a task that is made is told to whoever listens") {
  const StandinWorld world;
  RawClient client(world.port());
  client.send(kEvents + "\r\n");
  client.read_until("event: ready\ndata: {}\n\n");
  const std::string id = task_id(world.ask("POST", kTerminal));
  const std::string frame = client.read_until("\n\n");
  CHECK(frame.starts_with("event: task.created\n"));
  CHECK(frame.find(id) != std::string::npos);
}

TEST_CASE("a silent stream has heartbeats") {
  const StandinWorld world({"--heartbeat", "20"});
  RawClient client(world.port());
  client.send(kEvents + "\r\n");
  client.read_until(": heartbeat\n\n");
  client.read_until(": heartbeat\n\n");
}

TEST_CASE("a stream that ends keeps the socket and serves a create that waits behind it") {
  const StandinWorld world({"--stream-max", "30"});
  RawClient client(world.port());
  client.send(kEvents + "\r\n" + http_request("POST", kTerminal));
  client.read_until("event: end\ndata: timeout\n\n");
  CHECK(read_answer(client).status == 201);
  CHECK(world.tmux.count() == 1);
}

TEST_CASE("the body of a GET is not read, and behind a stream it is the next request") {
  const StandinWorld world({"--stream-max", "30"});
  const std::string smuggled = http_request("POST", kTerminal);
  RawClient client(world.port());
  client.send(kEvents + "Content-Length: " + std::to_string(smuggled.size()) + "\r\n\r\n" +
              smuggled);
  client.read_until("event: end\n");
  eventually("the create was executed", [&] { return world.tmux.count() == 1; });
}

TEST_CASE("the socket of an ended stream stays open until the client goes") {
  const StandinWorld world({"--stream-max", "10"});
  RawClient client(world.port());
  client.send(kEvents + "\r\n");
  client.read_until("event: end\ndata: timeout\n\n");
  CHECK_FALSE(client.peer_closed(std::chrono::milliseconds(100)));
  client.send("GET /livez HTTP/1.1\r\n\r\n");
  CHECK(read_answer(client).status == 200);
}

TEST_CASE("a listener that goes is noticed at the next write that fails") {
  const StandinWorld world({"--heartbeat", "10"});
  RawClient(world.port()).send(kEvents + "\r\n");
  world.wait_until_idle();
  CHECK(world.standin.stats().requests == 1);
}

TEST_CASE("a task's stream shows its screen, and ends when the task is over") {
  StandinWorld world({"--stream-poll", "10", "--stream-grace", "20", "--session-command",
                      "echo hello there; sleep 86400"});
  const std::string id = task_id(world.ask("POST", kTerminal));
  RawClient client(world.port());
  client.send("GET /api/claude/tasks/" + id + "/stream?from=start HTTP/1.1\r\n\r\n" +
              http_request("GET", "/livez"));
  client.read_until("hello there");
  world.tmux.kill_session("kube-coder-" + id);
  client.read_until("event: end\ndata: completed\n\n");
  CHECK(read_answer(client).status == 200);
}

TEST_CASE("the stream of an unknown task is 404 and closes") {
  const StandinWorld world;
  CHECK(parse_answer(world.raw(http_request("GET", "/api/claude/tasks/1-2/stream"))).status == 404);
}

}  // namespace
}  // namespace taskgate::test
