// Upgrades: a tunnel after a real 101, and nothing before it.

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kHandshake =
    "GET /socket HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const std::string kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

// A script that agrees to the upgrade, and goes on with `talk`.
ScriptedUpstream::Script agree(ScriptedUpstream::Script talk) {
  return [talk = std::move(talk)](RawConnection& connection) {
    connection.read_head();
    connection.send(kSwitching);
    talk(connection);
  };
}

// A client whose handshake is answered.
void open_tunnel(RawClient& client) {
  client.send(kHandshake);
  CHECK(read_answer_head(client).status == 101);
}

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

TEST_CASE("the handshake arrives byte for byte, and so does its answer's end") {
  ScriptedWorld world(agree([](RawConnection& connection) { connection.send("frame"); }));
  RawClient client(world.port());
  client.send(kHandshake);
  const HttpAnswer head = read_answer_head(client);
  CHECK(head.reason == "Switching Protocols");
  CHECK(head.field("Connection") == "upgrade");
  CHECK(client.read_to_end() == "frame");
  CHECK(world.upstream.received(0) == kHandshake);
}

TEST_CASE("what a client sends before the 101 reaches the upstream only behind it") {
  Flag interim_seen;
  Flag leaked;
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    interim_seen.wait("the gate has dealt with the request");
    if (!connection.pending().empty()) leaked.set();
    connection.send(kSwitching);
    connection.send(connection.read_exact(5));
  });
  RawClient client(world.port());
  client.send(kHandshake + "early");
  CHECK(read_answer(client).status == 103);
  interim_seen.set();
  CHECK(read_answer_head(client).status == 101);
  CHECK(client.read_exact(5) == "early");
  CHECK_FALSE(leaked.is_set());
}

TEST_CASE("frames that are glued to the 101 arrive") {
  ScriptedWorld world([](RawConnection& connection) {
    connection.read_head();
    connection.send(kSwitching + "glued");
    connection.peer_closed();
  });
  RawClient client(world.port());
  open_tunnel(client);
  CHECK(client.read_exact(5) == "glued");
}

TEST_CASE("the upstream's end of sending is passed on, and the client may go on") {
  Flag done;
  ScriptedWorld world(agree([&](RawConnection& connection) {
    connection.send("bye");
    connection.half_close();
    if (connection.read_to_end() == "still here") done.set();
  }));
  RawClient client(world.port());
  open_tunnel(client);
  CHECK(client.read_to_end() == "bye");
  client.send("still here");
  client.half_close();
  done.wait("the client's bytes have come");
}

TEST_CASE("the client's end of sending is passed on, and the upstream may go on") {
  ScriptedWorld world(agree(
      [&](RawConnection& connection) { connection.send("got " + connection.read_to_end()); }));
  RawClient client(world.port());
  open_tunnel(client);
  client.send("all");
  client.half_close();
  CHECK(client.read_to_end() == "got all");
}

TEST_CASE("a reset on one side of a tunnel is a reset on the other") {
  Flag reset_seen;
  Flag open;
  const bool by_client = GENERATE(true, false);
  ScriptedWorld world(agree([&](RawConnection& connection) {
    open.wait("the tunnel is open");
    if (!by_client) return connection.reset();
    if (connection.peer_closed() && connection.was_reset()) reset_seen.set();
  }));
  RawClient client(world.port());
  open_tunnel(client);
  open.set();
  if (by_client) {
    client.reset();
    reset_seen.wait("the upstream saw a reset");
  } else {
    CHECK(client.peer_closed());
    CHECK(client.was_reset());
  }
}

TEST_CASE("a refused upgrade passes, and nothing behind the handshake is forwarded") {
  ScriptedWorld world([](RawConnection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nnope");
    connection.peer_closed();
  });
  RawClient client(world.port());
  client.send(kHandshake + std::string("\x81\x85 frame", 8));
  const HttpAnswer answer = read_answer(client);
  CHECK(answer.status == 403);
  CHECK(answer.body == "nope");
  CHECK(world.upstream.received(0) == kHandshake);
  CHECK(world.upstream.connections() == 1);
}

TEST_CASE("a 101 that nobody asked for is a 502") {
  ScriptedWorld world([](RawConnection& connection) {
    connection.read_head();
    connection.send(kSwitching + "frames");
    connection.peer_closed();
  });
  const std::string request =
      GENERATE(as<std::string>{}, "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
               "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
               "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\n\r\n",
               "GET / HTTP/1.0\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
               // Its body would still be on its way while the tunnel reads from the client too.
               "POST / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
               "Content-Length: 2\r\n\r\nok");
  CAPTURE(request);
  CHECK(world.front.ask(request).status == 502);
}

TEST_CASE("Upgrade without Connection: upgrade, or in HTTP/1.0, is not forwarded") {
  const std::string request =
      GENERATE(as<std::string>{}, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
               "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n",
               "GET / HTTP/1.0\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
  ScriptedWorld world(answer_with(kNoContent));
  CHECK(world.front.ask(request).status == 204);
  CHECK(world.upstream.received(0) == request.substr(0, 16) + "Host: h\r\n\r\n");
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
