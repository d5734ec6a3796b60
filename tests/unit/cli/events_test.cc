#include "cli/events.h"

#include <csignal>
#include <vector>

#include "admin/streams.h"
#include "admin/test_sources.h"
#include "cli/one_answer.h"
#include "support/catch.h"

namespace taskgate::cli {
namespace {

using admin::event_text;
using admin::kAnyPort;
using admin::Server;
using admin::TestSources;

using Events = std::vector<Event>;

Events parsed(std::initializer_list<std::string_view> pieces) {
  EventParser parser;
  Events events;
  for (const std::string_view piece : pieces) {
    parser.feed(piece);
    while (auto event = parser.next()) events.push_back(*event);
  }
  return events;
}

std::string url(const config::Address& address) {
  return "http://" + config::to_string(address) + "/events: ";
}

bool expect_none(const Event& /*event*/) {
  FAIL("there is no event");
  return false;
}

TEST_CASE("Events come out of the stream wherever it is split") {
  const std::string stream =
      "retry: 2000\n\nevent: status\ndata: {}\n\n: word\nevent:a\ndata:b\ndata: c\n\n";
  const Events expected{{"status", "{}"}, {"a", "b\nc"}};
  for (std::size_t i = 0; i <= stream.size(); ++i) {
    INFO(i);
    CHECK(parsed({stream.substr(0, i), stream.substr(i)}) == expected);
  }
}

TEST_CASE("An event without data, or without its end, is none") {
  CHECK(parsed({"event: a\n\n", "event: b\ndata: x\n"}).empty());
  CHECK(parsed({"event: a\n\ndata: x\n\n"}) == Events{{"", "x"}});
}

TEST_CASE("What the server writes as an event the client reads") {
  const std::string data = GENERATE("", "one", "one\n", "one\n\nthree", "\n");
  CHECK(parsed({event_text("page", data)}) == Events{{"page", data}});
}

TEST_CASE("A stream is followed to its end, which is told") {
  OneAnswer server("HTTP/1.1 200 OK\r\n\r\nevent: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: c\n");
  Events seen;
  const auto why = follow(server.address(), [&](const Event& event) {
    seen.push_back(event);
    return true;
  });
  CHECK(seen == Events{{"a", "1"}, {"b", "2"}});
  REQUIRE(why);
  CHECK(*why == url(server.address()) +
                    "the stream is over: the gate has ended, or the connection to it was cut");
  CHECK(server.request() ==
        "GET /events HTTP/1.1\r\nHost: " + config::to_string(server.address()) + "\r\n\r\n");
}

TEST_CASE("A stream that cannot be had is told with the reason") {
  const auto [bytes, problem] = GENERATE(table<std::string, std::string>({
      {"HTTP/1.1 503 Service Unavailable\r\n\r\nToo many.\n", "answered 503: Too many."},
      {"HTTP/1.1 200 OK\r\nX", "the answer is not HTTP"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP"},
  }));
  OneAnswer server(bytes);
  CHECK(follow(server.address(), expect_none).value_or("") == url(server.address()) + problem);
}

TEST_CASE("A port on which nothing listens, or nobody speaks, is told") {
  const test::ClosedPort closed;
  const config::Address nobody{"127.0.0.1", closed.port()};
  CHECK(follow(nobody, expect_none).value_or("") == url(nobody) + "Connection refused");
  const test::Fd listener = test::listen_on_loopback(0, 1);
  const config::Address silent{"127.0.0.1", test::local_port_of(listener.get())};
  CHECK(follow(silent, expect_none, std::chrono::milliseconds(20)).value_or("") ==
        url(silent) + "no word for 20ms");
}

TEST_CASE("A following ends where no more is wanted, and that is no failure") {
  OneAnswer server("HTTP/1.1 200 OK\r\n\r\nevent: a\ndata: 1\n\nevent: b\ndata: 2\n\n");
  Events seen;
  const auto why = follow(server.address(), [&](const Event& event) {
    seen.push_back(event);
    return false;
  });
  CHECK_FALSE(why);
  CHECK(seen == Events{{"a", "1"}});
}

TEST_CASE("A signal ends the following, and that is no failure") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGQUIT);
  TestSources sources;
  const Server server(kAnyPort, sources.sources());
  int seen = 0;
  const auto why = follow({"127.0.0.1", server.port()}, [&](const Event& event) {
    CHECK(event.name == "status");
    ++seen;
    std::raise(signal);
    return true;
  });
  CHECK_FALSE(why);
  CHECK(seen == 1);
}

}  // namespace
}  // namespace taskgate::cli
