#include "admin/server.h"

#include <regex>
#include <stdexcept>

#include "admin/get.h"
#include "admin/test_sources.h"
#include "support/catch.h"

namespace taskgate::admin {
namespace {

using test::ask;
using test::http_request;
using test::HttpAnswer;
using test::RawClient;

TEST_CASE("The admin port answers its paths and no other") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  const auto [path, status, type,
              body] = GENERATE(table<std::string, int, std::string, std::string>({
      {"/livez", 200, "text/plain; charset=utf-8", "ok\n"},
      {"/livez?verbose", 200, "text/plain; charset=utf-8", "ok\n"},
      {"/readyz", 200, "application/json", "\"ready\":true"},
      {"/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", "\ntaskgate_sessions_live 3\n"},
      {"/status", 200, "application/json", "{\"live\":3,\"limit\":12,"},
      {"/config", 200, "application/yaml", "limit: 12\n"},
      {"/", 200, "text/html; charset=utf-8", "<!DOCTYPE html>"},
      {"/metrics/", 404, "text/plain; charset=utf-8", "no such page"},
      {"/livezz", 404, "text/plain; charset=utf-8", "no such page"},
      {"/%6civez", 404, "text/plain; charset=utf-8", "no such page"},
      {"//livez", 404, "text/plain; charset=utf-8", "no such page"},
      {"/../livez", 404, "text/plain; charset=utf-8", "no such page"},
      {"/favicon.ico", 404, "text/plain; charset=utf-8", "no such page"},
  }));
  INFO(path);
  const HttpAnswer answer = get(server, path);
  CHECK(answer.status == status);
  CHECK(answer.field("Content-Type") == type);
  CHECK(answer.body.find(body) != std::string::npos);
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(answer.field("X-Content-Type-Options") == "nosniff");
  CHECK(answer.field("Connection") == "close");
}

TEST_CASE("A target in absolute form is answered by its path") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  CHECK(ask(server.port(), "GET http://gate:9464/livez HTTP/1.1\r\nHost: gate:9464\r\n\r\n").body ==
        "ok\n");
}

TEST_CASE("HEAD is answered as GET without the body") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  const std::string path = GENERATE("/livez", "/readyz", "/config", "/nothing");
  INFO(path);
  const HttpAnswer whole = get(server, path);
  RawClient client(server.port());
  client.send(http_request("HEAD", path));
  const HttpAnswer head = test::parse_answer(client.read_to_end(), test::AnswerTo::head);
  CHECK(head.status == whole.status);
  CHECK(head.field("Content-Length") == std::to_string(whole.body.size()));
  CHECK(head.field("Content-Type") == whole.field("Content-Type"));
}

TEST_CASE("The admin port is read only") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  const std::string method = GENERATE("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get");
  INFO(method);
  const HttpAnswer answer = ask(server.port(), http_request(method, "/config"));
  CHECK(answer.status == 405);
  CHECK(answer.field("Allow") == "GET, HEAD");
}

TEST_CASE("A request with a body is refused, and the client gets to read it") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  CHECK(ask(server.port(), http_request("GET", "/livez", std::string(20'000, 'x'))).status == 413);
  CHECK(ask(server.port(),
            "GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "1\r\nx\r\n0\r\n\r\n")
            .status == 413);
}

TEST_CASE("What is not HTTP is refused") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  CHECK(ask(server.port(), "GET /livez\r\n\r\n").status == 400);
  CHECK(ask(server.port(), "GET /livez HTTP/1.1\r\n\r\n").status == 400);
  const std::string large = "X: " + std::string(9000, 'x') + "\r\n";
  CHECK(ask(server.port(), "GET /livez HTTP/1.1\r\nHost: x\r\n" + large + "\r\n").status == 431);
}

TEST_CASE("A request may come byte by byte, from an HTTP/1.0 client too") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  RawClient client(server.port());
  for (const char byte : std::string("GET /livez HTTP/1.0\r\n\r\n")) client.send({&byte, 1});
  CHECK(client.read_to_end().ends_with("\r\n\r\nok\n"));
}

TEST_CASE("The gate is ready while it listens and does not drain, and probes want no listing") {
  TestSources sources;
  const auto [listening, draining, status] = GENERATE(
      table<bool, bool, int>({{true, false, 200}, {true, true, 503}, {false, false, 503}}));
  sources.shallow->listening = listening;
  sources.shallow->draining = draining;
  Sources given = sources.sources();
  given.status = []() -> std::optional<observe::Status> { throw std::logic_error("deep"); };
  const Server server(kAnyPort, given);
  CHECK(get(server, "/readyz").status == status);
  CHECK(get(server, "/livez").status == 200);
}

TEST_CASE("Where the loop does not answer, what needs it says so") {
  TestSources sources;
  sources.status.reset();
  sources.shallow.reset();
  sources.yaml.reset();
  const Server server(kAnyPort, sources.sources());
  const std::string path = GENERATE("/readyz", "/metrics", "/status", "/config");
  INFO(path);
  const HttpAnswer answer = get(server, path);
  CHECK(answer.status == 503);
  CHECK(answer.body ==
        "The gate's event loop did not answer in time, so its state is not known.\n");
  CHECK(get(server, "/livez").status == 200);
  CHECK(get(server, "/").status == 200);
}

TEST_CASE("A source that fails is a 500, and the server goes on") {
  TestSources sources;
  Sources given = sources.sources();
  given.status = []() -> std::optional<observe::Status> { throw std::runtime_error("no luck"); };
  const Server server(kAnyPort, given);
  const HttpAnswer answer = get(server, "/status");
  CHECK(answer.status == 500);
  CHECK(answer.body == "The answer could not be made: no luck.\n");
  CHECK(get(server, "/readyz").status == 200);
}

TEST_CASE("The page and its policy carry the same nonce, another one each time") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  const auto nonce_of = [&] {
    const HttpAnswer answer = get(server, "/");
    std::smatch found;
    REQUIRE(std::regex_search(answer.body, found, std::regex("<script nonce=\"([0-9a-f]+)\">")));
    const std::string policy = answer.field("Content-Security-Policy").value_or("");
    CHECK(policy.find("script-src 'nonce-" + found[1].str() + "'") != std::string::npos);
    return found[1].str();
  };
  CHECK(nonce_of() != nonce_of());
}

TEST_CASE("A port that is taken is told with address and reason") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  const config::Address taken{"127.0.0.1", server.port()};
  CHECK_THROWS_WITH(Server(taken, sources.sources()),
                    "cannot listen on 127.0.0.1:" + std::to_string(server.port()) +
                        " (admin): Address already in use");
}

TEST_CASE("An address that is none of ours is told with the reason") {
  TestSources sources;
  CHECK_THROWS_WITH(Server({"192.0.2.1", 0}, sources.sources()),
                    "cannot listen on 192.0.2.1:0 (admin): Cannot assign requested address");
}

TEST_CASE("The IPv6 wildcard serves IPv4 clients too") {
  TestSources sources;
  const Server server({"::", 0}, sources.sources());
  CHECK(get(server, "/livez").status == 200);
}

}  // namespace
}  // namespace taskgate::admin
