// Bytes that TCP marks as urgent, on either side: they are no part of what is relayed, and stop
// nothing.
#include "connection_world.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace taskgate::proxy::test;

TEST_CASE("a byte that was sent as urgent is no part of an upload, and does not stop it") {
  UnderWay request(kUpload);
  request.client.send(std::string(50'000, 'a'));
  request.client.send_urgent('!');
  request.client.send(std::string(49'995, 'b'));
  request.world.until("the body is whole", [&] {
    const std::string& received = request.upstream->received();
    return received.size() - received.find("start") == 100'000;
  });
  CHECK_FALSE(request.upstream->has("!"));
}

// Reads stopped at such a byte and then waited for more to come, while the rest was there.
TEST_CASE("what comes with an urgent byte passes at once on both sides of it") {
  struct Row {
    const char* where;
    std::string request;
    std::string answer;
    bool by_client;
  };
  const Row rows[] = {{"a tunnel, by the client", kUpgrade, kSwitched, true},
                      {"a tunnel, by the upstream", kUpgrade, kSwitched, false},
                      {"an event stream", kGet, kEvents, false}};
  const int first_urgent = GENERATE(0, 12);
  CAPTURE(first_urgent);
  for (const Row& row : rows) {
    INFO(row.where);
    UnderWay request(row.request, row.answer);
    FarEnd& from = request.far_end(row.by_client);
    FarEnd& to = request.far_end(!row.by_client);
    for (int message = 0; message < 24; ++message) {
      const std::string number = std::to_string(message);
      from.send("<before " + number + ">");
      if (message >= first_urgent) from.send_urgent('!');
      from.send("<behind " + number + ">");
      request.world.until_has(to, "<before " + number + ">");
      request.world.until_has(to, "<behind " + number + ">");
    }
    CHECK_FALSE(to.has("!"));
    from.half_close();
    row.by_client || row.request == kUpgrade ? request.world.until_ended(to)
                                             : request.world.until_has(to, "\r\n0\r\n\r\n");
  }
}

TEST_CASE("a request behind an urgent byte is answered as any other") {
  World world(0);
  FarEnd client = world.connect();
  for (int request = 0; request < 24; ++request) {
    client.send(kCreate);
    client.send_urgent('!');
    client.send(kCreate);
    world.until("both are answered", [&] {
      const std::string& received = client.received();
      std::size_t answers = 0;
      for (std::size_t at = 0; (at = received.find("HTTP/1.1 429 ", at)) != std::string::npos; ++at)
        ++answers;
      return answers == 2 * static_cast<std::size_t>(request + 1);
    });
  }
  CHECK_FALSE(client.ended());
}

// Left in the socket they made the close a reset, which may overtake the answer.
TEST_CASE("an urgent byte behind the last request does not make its end a reset") {
  for (const char* more : {"", "more"}) {
    World world(0);
    FarEnd client = world.connect();
    client.send("POST /api/claude/tasks HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    client.send_urgent('!');
    client.send(more);
    world.until_ended(client);
    CHECK(client.end() == FarEnd::End::closed);
    CHECK(client.has("HTTP/1.1 429 "));
  }
}
