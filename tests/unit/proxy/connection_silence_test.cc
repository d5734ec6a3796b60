// How long either side of a request may be silent (timeouts.idle), and what counts as silence.
#include "connection_world.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace taskgate::proxy::test;

namespace {

constexpr Duration kBriefly = std::chrono::milliseconds(100);
constexpr Duration kStep = std::chrono::milliseconds(20);
// What is done in so many steps is never silent for so long, and takes longer in all.
constexpr Duration kLonger = std::chrono::milliseconds(500);
constexpr int kSteps = 30;
// Of a client that takes little the kernel hears only now and then that it took something.
constexpr Duration kLongest = std::chrono::seconds(2);
constexpr int kMostSteps = 120;
const std::string kMuch(256 * 1024, 'x');

}  // namespace

TEST_CASE("an upload that is silent for timeouts.idle is told so, and looks cut upstream") {
  UnderWay request(kUpload, kBriefly);
  request.world.until_has(request.client, "HTTP/1.1 408 ");
  CHECK(request.upstream->end() == FarEnd::End::reset);
  CHECK_FALSE(request.world.failed("response_timeout"));
}

// Nothing ended it: only the client's silence was looked at.
TEST_CASE("an upload that the upstream takes nothing of ends by timeouts.idle") {
  World world;
  world.reload([](config::Config& config) { config.timeouts.idle = kBriefly; });
  FarEnd client = world.connect();
  client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
  const FarEnd upstream = world.accept();
  world.until("the client is told", [&] {
    client.send_some(kMuch);
    return client.has("HTTP/1.1 504 ");
  });
  CHECK(world.failed("response_timeout"));
}

// Its body was said not to have come in time, though it was not to come yet.
TEST_CASE("a client that waits to be told to send its body is not who is silent") {
  struct Row {
    const char* then;
    bool is_told;
    const char* body;
    const char* answer;
  };
  for (const Row& row :
       {Row{"nothing", false, "", "HTTP/1.1 504 "}, Row{"it is told", true, "", "HTTP/1.1 408 "},
        Row{"it has begun", false, "a", "HTTP/1.1 408 "}}) {
    INFO(row.then);
    UnderWay request(
        "POST /upload HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
        kBriefly);
    if (row.is_told) request.upstream->send("HTTP/1.1 100 Continue\r\n\r\n");
    request.client.send(row.body);
    request.world.until_has(request.client, row.answer);
    CHECK(request.world.failed("response_timeout") == (row.answer[9] == '5'));
  }
}

// It was closed in order, and what had come looked whole.
TEST_CASE("an answer that its client takes nothing of for timeouts.idle is reset") {
  UnderWay request(kOldGet, kBriefly);
  request.upstream->send("HTTP/1.1 200 OK\r\n\r\n");
  request.world.until("the answer is given up", [&] {
    request.upstream->send_some(kMuch);
    return request.upstream->ended();
  });
  request.world.until_served();
  CHECK(request.client.end() == FarEnd::End::reset);
}

// It had to take a piece of 256 KiB within the limit.
TEST_CASE("an answer that is silent for timeouts.idle is told from one that breaks off") {
  for (const std::string& answer : {kBegun, kEvents}) {
    INFO(answer);
    UnderWay request(kGet, answer, std::chrono::milliseconds(100));
    request.world.until_ended(request.client);
    CHECK(request.world.failed("response_timeout"));
    CHECK(request.world.line().find("\"silent\":true") != std::string::npos);
  }
}

TEST_CASE("a client that takes little at a time is not silent, however long a piece takes") {
  const auto [request, answer] = GENERATE(table<std::string, std::string>(
      {{kGet, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"}, {kUpgrade, kSwitched}}));
  INFO(answer);
  UnderWay slow(request, kLongest);
  slow.upstream->send(answer);
  for (int step = 0; step < kMostSteps; ++step) {
    for (int piece = 0; piece < 64; ++piece) slow.upstream->send_some(kMuch);
    slow.world.run_for(kStep);
    slow.client.take(2 * 1024);
  }
  CHECK_FALSE(slow.upstream->ended());
  slow.world.until_ended(*slow.upstream);
}

// Either had a limit of its own.
TEST_CASE("an answer is not silent while its request's body still comes, nor the other way round") {
  const bool by_client = GENERATE(true, false);
  INFO("by the client: " << by_client);
  UnderWay both(kUpload, kBegun, kLonger);
  for (int step = 0; step < kSteps; ++step) {
    by_client ? both.client.send("x") : both.upstream->send(step % 5 == 0 ? "y" : "");
    both.world.run_for(kStep);
  }
  CHECK_FALSE(both.upstream->ended());
  CHECK_FALSE(both.client.ended());
  both.world.until_ended(both.client);
  both.world.until_ended(*both.upstream);
}
