// The app proxy: HTTP and WebSocket to programs beside the upstream.

#include "e2e/standin_world.h"
#include "support/catch.h"
#include "support/scripted_upstream.h"

namespace taskgate::test {
namespace {

std::string app_path(const ScriptedUpstream& app, const std::string& path) {
  return "/api/app-proxy/" + std::to_string(app.port()) + path;
}

const HttpFields kHandshake = {{"Upgrade", "websocket"},
                               {"Connection", "Upgrade"},
                               {"Sec-WebSocket-Version", "13"},
                               {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};

TEST_CASE("the built-in echo answers a real 101 and gives back what comes, half-close included") {
  const StandinWorld world;
  RawClient client(world.port());
  client.send(http_request("GET", "/api/app-proxy/3000/ws", "", kHandshake) + "early");
  const HttpAnswer head = read_answer_head(client);
  CHECK(head.status == 101);
  CHECK(head.version == "HTTP/1.1");
  // RFC 6455, 1.3 has this key and its answer.
  CHECK(head.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(client.read_exact(5) == "early");
  const std::string bytes(300'000, '\x7f');
  client.send(bytes);
  CHECK(client.read_exact(bytes.size()) == bytes);
  client.send("last");
  client.half_close();
  CHECK(client.read_to_end() == "last");
}

TEST_CASE("Upgrade: websocket alone opens the tunnel, also in HTTP/1.0") {
  const StandinWorld world;
  RawClient client(world.port());
  client.send("GET /oauth/api/app-proxy/3000/ws HTTP/1.0\r\nUpgrade: WebSocket\r\n\r\n");
  CHECK(read_answer_head(client).status == 101);
}

TEST_CASE("a POST that asks for an upgrade is an ordinary request") {
  const StandinWorld world;
  CHECK(world.ask("POST", kTerminal, "", kHandshake).status == 201);
}

TEST_CASE("an app's own 101 is relayed byte for byte, with what is glued to it") {
  const std::string head = "HTTP/1.1 101 Fine\r\nX-Odd:  spaces \r\nUpgrade: websocket\r\n\r\n";
  ScriptedUpstream app([&](RawConnection& connection) {
    read_request(connection);
    connection.send(head + "early");
    connection.send("got " + connection.read_to_end());
  });
  const StandinWorld world;
  RawClient client(world.port());
  client.send(http_request("GET", app_path(app, "/socket?a=b"), "", kHandshake));
  CHECK(client.read_exact(head.size() + 5) == head + "early");
  client.send("bytes");
  client.half_close();
  CHECK(client.read_to_end() == "got bytes");
  const std::string seen = app.received(0);
  CHECK(seen.starts_with("GET /socket?a=b HTTP/1.1\r\n"));
  CHECK(seen.find("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") != std::string::npos);
  CHECK(app.failures().empty());
}

TEST_CASE("an app's chunked answer comes back close-delimited") {
  ScriptedUpstream app(
      answer_with("HTTP/1.1 203 Odd\r\nTransfer-Encoding: chunked\r\nX-App: y\r\n\r\n"
                  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  const StandinWorld world;
  const HttpAnswer answer = world.ask("PUT", app_path(app, "/x"), "body", {{"X-Mine", "z"}});
  CHECK(answer.status == 203);
  CHECK(answer.reason == "Odd");
  CHECK(answer.framing == Framing::until_close);
  CHECK(answer.body == "abcde");
  CHECK(answer.field("X-App") == "y");
  const std::string seen = app.received(0);
  CHECK(seen.starts_with("PUT /x HTTP/1.1\r\n"));
  CHECK(seen.ends_with("\r\n\r\nbody"));
  CHECK(seen.find("X-Mine: z\r\n") != std::string::npos);
  CHECK(seen.find("X-Forwarded-Prefix: " + app_path(app, "") + "\r\n") != std::string::npos);
}

TEST_CASE("an app's page has its links put below the prefix, and a length") {
  ScriptedUpstream app(
      answer_with("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                  "Content-Length: 26\r\n\r\n<a href=\"/x\"><img src=\"/y\">"));
  const StandinWorld world;
  const HttpAnswer answer = world.ask("GET", app_path(app, "/"));
  CHECK(answer.framing == Framing::length);
  CHECK(answer.body.starts_with("<a href=\"" + app_path(app, "/x") + "\">"));
}

TEST_CASE("an app's answer is passed on while it comes") {
  Flag go_on;
  ScriptedUpstream app([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 200 OK\r\n\r\nfirst");
    go_on.wait("the first part was read");
    connection.send("second");
  });
  const StandinWorld world;
  RawClient client(world.port());
  client.send(http_request("GET", app_path(app, "/")));
  read_answer_head(client);
  CHECK(client.read_exact(5) == "first");
  go_on.set();
  CHECK(client.read_to_end() == "second");
}

TEST_CASE("reserved ports are refused, missing apps are 502, and a missing slash is redirected") {
  const StandinWorld world;
  const ClosedPort nobody;
  CHECK(world.ask("POST", "/api/app-proxy/6080/api/claude/tasks").status == 403);
  CHECK(world.ask("GET", "/api/app-proxy/22/").status == 403);
  CHECK(world.ask("GET", "/api/app-proxy/" + std::to_string(nobody.port()) + "/").status == 502);
  const HttpAnswer redirect = world.ask("GET", "/api/app-proxy/3000");
  CHECK(redirect.status == 301);
  CHECK(redirect.field("Location") == "/api/app-proxy/3000/");
}

TEST_CASE("a page of an app is found again by its Referer") {
  const StandinWorld world;
  const HttpAnswer answer =
      world.ask("GET", "/style.css?v=1", "", {{"Referer", "http://h/api/app-proxy/3000/page"}});
  CHECK(answer.status == 302);
  CHECK(answer.field("Location") == "/api/app-proxy/3000/style.css?v=1");
  CHECK(answer.field("Content-Length") == "0");
}

}  // namespace
}  // namespace taskgate::test
