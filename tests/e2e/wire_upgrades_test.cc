// Upgrades through the coder, and creates that ask for one.

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

TEST_CASE("a WebSocket to an app behind the coder echoes, half-close included") {
  const CoderWorld world;
  RawClient client(world.port());
  client.send(
      "GET /api/app-proxy/3000/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
      "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
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
