#include "cli/client.h"

#include "admin/test_sources.h"
#include "cli/one_answer.h"
#include "support/catch.h"
#include "support/loopback.h"

namespace taskgate::cli {
namespace {

using admin::kAnyPort;
using admin::Server;
using admin::TestSources;

std::string url(const config::Address& address, const std::string& path) {
  return "http://" + config::to_string(address) + path;
}

TEST_CASE("The client gives the body of what the server says") {
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  const auto body = get({"127.0.0.1", server.port()}, "/config");
  REQUIRE(body.has_value());
  CHECK(*body == "limit: 12\n");
}

TEST_CASE("A wildcard address is asked on loopback") {
  const std::string host = GENERATE("0.0.0.0", "::");
  TestSources sources;
  const Server server({host, 0}, sources.sources());
  const auto body = get({host, server.port()}, "/livez");
  REQUIRE(body.has_value());
  CHECK(*body == "ok\n");
}

TEST_CASE("An answer that is no success is an error with what the server says") {
  TestSources sources;
  sources.status.reset();
  const Server server(kAnyPort, sources.sources());
  const config::Address address{"127.0.0.1", server.port()};
  CHECK(get(address, "/status").error() ==
        url(address, "/status") +
            ": answered 503: The gate's event loop did not answer in time, "
            "so its state is not known.");
}

TEST_CASE("Of an answer that is no success a line is told, and of a page nothing") {
  const auto [body, told] = GENERATE(table<std::string, std::string>({
      {"", "answered 404"},
      {"No such thing.\nAsk again.\n", "answered 404: No such thing."},
      {"<!DOCTYPE HTML>\n<html>\n", "answered 404 with a page"},
      {std::string(300, 'x'),
       "answered 404: " + std::string(100, 'x') + "…" + std::string(99, 'x')},
  }));
  OneAnswer server("HTTP/1.1 404 Not Found\r\n\r\n" + body);
  CHECK(get(server.address(), "/status").error() == url(server.address(), "/status") + ": " + told);
}

TEST_CASE("The client asks for one thing and an end") {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  REQUIRE(get(server.address(), "/status").has_value());
  CHECK(server.request() == "GET /status HTTP/1.1\r\nHost: " + config::to_string(server.address()) +
                                "\r\nConnection: close\r\n\r\n");
}

TEST_CASE("A port on which nothing listens is told") {
  const test::ClosedPort closed;
  const config::Address address{"127.0.0.1", closed.port()};
  CHECK(get(address, "/status").error() == url(address, "/status") + ": Connection refused");
}

TEST_CASE("An answer that is cut short or no HTTP is told") {
  const auto [bytes, problem] = GENERATE(table<std::string, std::string>({
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "the answer was cut short"},
      {"HTTP/1.1 200 OK\r\nContent-", "the answer is not HTTP"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP"},
      {"", "the answer is not HTTP"},
  }));
  OneAnswer server(bytes);
  CHECK(get(server.address(), "/status").error() ==
        url(server.address(), "/status") + ": " + problem);
}

TEST_CASE("A server that says nothing is given up") {
  const test::Fd listener = test::listen_on_loopback(0, 1);
  const config::Address address{"127.0.0.1", test::local_port_of(listener.get())};
  CHECK(get(address, "/status", std::chrono::milliseconds(20)).error() ==
        url(address, "/status") + ": no answer in time");
}

TEST_CASE("A gate in the path is told by its name, or by its body behind a proxy's name") {
  struct Row {
    std::string bytes;
    bool is_gate;
    std::string server;
    std::string location;
  };
  const auto row = GENERATE(values<Row>({
      {"HTTP/1.1 200 OK\r\nServer: taskgate\r\nContent-Length: 0\r\n\r\n", true, "taskgate", ""},
      {"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 9\r\n\r\ntaskgate\n", true, "nginx",
       ""},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ntaskgate\n\r\n0\r\n\r\n", true,
       "", ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\nnot of taskgate\n", false, "", ""},
      {"HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Length: 9\r\n\r\ntaskgate\n", false,
       "nginx", ""},
      {"HTTP/1.0 204 No Content\r\nServer: SimpleHTTP/0.6\r\n\r\n", false, "SimpleHTTP/0.6", ""},
      {"HTTP/1.1 308 Moved\r\nLocation: https://a/\r\nContent-Length: 0\r\n\r\n", false, "",
       "https://a/"},
  }));
  OneAnswer answering(row.bytes);
  const auto told = last_hop({answering.address(), "/ws/?a"});
  REQUIRE(told.has_value());
  CHECK(told->is_gate == row.is_gate);
  CHECK(told->server == row.server);
  CHECK(told->location == row.location);
  CHECK(answering.request() ==
        "OPTIONS /ws/?a HTTP/1.1\r\nHost: " + config::to_string(answering.address()) +
            "\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("No last hop is told apart from one without a name") {
  const test::ClosedPort closed;
  CHECK(last_hop({{"127.0.0.1", closed.port()}, "*"}).error() == "Connection refused");
  OneAnswer other("SSH-2.0-OpenSSH_9.2\r\n");
  CHECK(last_hop({other.address(), "*"}).error() == "the answer is not HTTP");
}

}  // namespace
}  // namespace taskgate::cli
