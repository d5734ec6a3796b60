// Upgrades through the coder, and creates that ask for one.

#include <thread>

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

const std::string kToEcho =
    "GET /api/app-proxy/3000/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
    "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

TEST_CASE("a WebSocket to an app behind the coder echoes, half-close included") {
  const CoderWorld world;
  RawClient client(world.port());
  client.send(kToEcho);
  const HttpAnswer head = read_answer_head(client);
  CHECK(head.status == 101);
  CHECK(head.field("Upgrade") == "websocket");
  CHECK(head.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const std::string bytes(300'000, '\x7f');
  client.send(bytes);
  CHECK(client.read_exact(bytes.size()) == bytes);
  client.send("last");
  client.half_close();
  CHECK(client.read_to_end() == "last");
}

// Numbers, so that a piece in another place would show.
std::string counted(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += std::to_string(text.size()) + ' ';
  return text;
}

TEST_CASE("messages and bulk take turns in a tunnel, whose client reads late") {
  const CoderWorld world;
  RawClient client(world.port());
  client.send(kToEcho);
  REQUIRE(read_answer_head(client).status == 101);
  const std::string bulk = counted(8'000'000);  // more than all buffers on its way hold
  for (int turn = 0; turn < 3; ++turn) {
    for (std::size_t size = 1; size < 3'000; size += 50) {
      const std::string message = bulk.substr(size, size);
      client.send(message);
      REQUIRE(client.read_exact(size) == message);
    }
    const std::jthread sender([&] { client.send(bulk); });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const bool is_same = client.read_exact(bulk.size()) == bulk;
    REQUIRE(is_same);
  }
}

TEST_CASE("a tunnel's bytes are counted as they pass, and once, however it ends") {
  const bool ends_well = GENERATE(true, false);
  CoderWorld world(Gate::Settings{{"log.access", "all"}});
  const auto count = [&](const std::string& direction) {
    return world.front.metric("taskgate_relayed_bytes_total{direction=\"" + direction + "\"}");
  };
  RawClient client(world.port());
  client.send(kToEcho);
  CHECK(read_answer_head(client).status == 101);
  for (int message = 1; message <= 2; ++message) {
    client.send("message");
    CHECK(client.read_exact(7) == "message");
    CHECK(count("up") == 7 * message);
    CHECK(count("down") == 7 * message);
  }
  if (ends_well) {
    client.half_close();
    CHECK(client.read_to_end().empty());
  } else {
    client.reset();
  }
  world.front.gate.process().wait_for_line("\"bytes_up\":14,\"bytes_down\":14,\"");
  CHECK(count("up") == 14);
  CHECK(count("down") == 14);
}

TEST_CASE("a create that asks for an upgrade is an ordinary create") {
  ScriptedWorld world(answer_with("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"));
  const HttpFields fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
  CHECK(world.front.ask(http_request("POST", kCreate, "{}", fields)).status == 201);
  CHECK(world.upstream.received(0) == http_request("POST", kCreate, "{}"));
}

TEST_CASE("a create that is answered with 101 is a 502") {
  ScriptedWorld world(answer_with(kSwitching + "frames"));
  const HttpFields fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
  CHECK(world.front.ask(http_request("POST", kCreate, "{}", fields)).status == 502);
}

TEST_CASE("a create that asks for an upgrade is gated") {
  const CoderWorld world(Gate::Settings{{"limit", "0"}});
  const HttpFields fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
  CHECK(world.front.ask(http_request("POST", kTerminalCreate, "", fields)).status == 429);
  CHECK(world.standin.stats().requests == 0);
}

}  // namespace
}  // namespace taskgate::test
