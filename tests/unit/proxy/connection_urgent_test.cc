// Bytes that TCP marks as urgent, on either side: they are no part of what is relayed, and stop
// nothing.
#include <sstream>

#include "connection_world.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace taskgate::proxy::test;

namespace {

struct UrgentRow {
  const char* where;
  std::string request;
  std::string answer;
  bool by_client;
};

}  // namespace

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
  const UrgentRow rows[] = {{"a tunnel, by the client", kUpgrade, kSwitched, true},
                            {"a tunnel, by the upstream", kUpgrade, kSwitched, false},
                            {"an event stream", kGet, kEvents, false}};
  const int first_urgent = GENERATE(0, 12);
  CAPTURE(first_urgent);
  for (const UrgentRow& row : rows) {
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

// One read stopped at such a byte, the next one took what was behind it, but not all, and the third
// waited for epoll, which had told of all of it at once.
TEST_CASE("however much is behind an urgent byte, all of it passes") {
  const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n";
  const UrgentRow rows[] = {
      {"a tunnel, by the client", kUpgrade, kSwitched, true},
      {"a tunnel, by the upstream", kUpgrade, kSwitched, false},
      {"an event stream", kGet, kEvents, false},
      {"a chunked answer", kGet, "HTTP/1.1 200 OK\r\n" + chunked, false},
      {"a chunked upload", "POST /upload HTTP/1.1\r\nHost: h\r\n" + chunked, "", true}};
  for (const UrgentRow& row : rows) {
    INFO(row.where);
    UnderWay request(row.request);
    if (!row.answer.empty()) request.pass_answer(row.answer);
    FarEnd& from = request.far_end(row.by_client);
    FarEnd& to = request.far_end(!row.by_client);
    int message = 0;
    for (const std::size_t size : {2'000U, 20'000U, 4'096U, 40'000U, 5'000U}) {
      const std::string end = "<" + std::to_string(message++) + ">";
      std::ostringstream in_hex;
      in_hex << std::hex << size + 1 + end.size();
      from.send(in_hex.str() + "\r\n<");
      from.send_urgent('!');
      from.send(std::string(size, 'b') + end + "\r\n");
      request.world.until_has(to, end + "\r\n");
    }
    CHECK_FALSE(to.has("!"));
  }
}

TEST_CASE("all that is behind an urgent byte in the head of a 101 passes") {
  for (const char* before : {"", "HTTP/1.1 103 Early Hints\r\n\r\n"}) {
    UnderWay request(kUpgrade);
    request.upstream->send(before + kSwitched.substr(0, 20));
    request.upstream->send_urgent('!');
    request.upstream->send(kSwitched.substr(20) + std::string(40'000, 'b') + "<e>");
    request.world.until_has(request.client, "<e>");
    request.upstream->send("<more>");
    request.world.until_has(request.client, "<more>");
  }
}

// It is there already when the bytes are read that came with it, and nothing tells of it anew.
TEST_CASE("the end behind an urgent byte and much else is noticed") {
  for (const std::size_t size : {0U, 1U, 4'095U, 4'096U, 40'000U}) {
    CAPTURE(size);
    UnderWay request(kGet);
    request.upstream->send("HTTP/1.1 200 OK\r\n\r\na");
    request.upstream->send_urgent('!');
    request.upstream->send(std::string(size, 'b'));
    request.upstream->half_close();
    request.world.until_has(request.client, "\r\n0\r\n\r\n");
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
