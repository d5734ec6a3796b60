// Bodies as they come: event streams, uploads, large bodies in constant memory, clients that leave.

#include <unistd.h>

#include <cstdint>
#include <fstream>

#include "e2e/wire_world.h"
#include "support/catch.h"
#include "support/failure.h"

namespace taskgate::test {
namespace {

constexpr std::size_t kLarge = std::size_t{64} * 1024 * 1024;
constexpr long kGrowthKib = 16 * 1024;

const std::string kGet = "GET /big HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kEventStream =
    "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\nConnection: keep-alive\r\n\r\n";

// Bytes without a pattern that a misplaced piece would keep (xorshift64).
const std::string& large_body() {
  static const std::string body = [] {
    std::string out(kLarge, '\0');
    std::uint64_t state = 88172645463325252ULL;
    for (char& byte : out) {
      state ^= state << 13U;
      state ^= state >> 7U;
      state ^= state << 17U;
      byte = static_cast<char>(state);
    }
    return out;
  }();
  return body;
}

// The most memory that the gate ever had resident, in KiB.
long peak_memory(Gate& gate) {
  std::ifstream status("/proc/" + std::to_string(gate.process().pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  throw Failure("no VmHWM");
}

// Keeps the connection until the gate ends it.
void hold_until_closed(RawConnection& connection, Flag& closed) {
  if (connection.peer_closed()) closed.set();
}

TEST_CASE("the first events arrive while the stream goes on") {
  Flag seen;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send(kEventStream);
    connection.send("data: 1\n\n");
    seen.wait("the first event was seen");
    connection.send("data: 2\n\n");
  });
  RawClient client(world.port());
  client.send(http_request("GET", "/api/events"));
  CHECK(read_answer_head(client).field("Content-Type") == "text/event-stream");
  CHECK(read_chunk(client) == "data: 1\n\n");
  seen.set();
  CHECK(read_chunk(client) == "data: 2\n\n");
  CHECK(read_chunk(client).empty());
}

TEST_CASE("the head of an answer arrives before its body") {
  Flag seen;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    seen.wait("the head was seen");
    connection.send("ok");
  });
  RawClient client(world.port());
  client.send(kGet);
  CHECK(read_answer_head(client).status == 200);
  seen.set();
  CHECK(client.read_exact(2) == "ok");
}

TEST_CASE("an upload reaches the upstream before it is complete") {
  Flag arrived;
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_until("\r\n\r\nfirst");
    arrived.set();
    connection.send(answer_of(connection.read_exact(6)));
  });
  RawClient client(world.port());
  client.send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nfirst");
  arrived.wait("the first part is upstream");
  client.send("second");
  CHECK(read_answer(client).body == "second");
}

TEST_CASE("a 64 MiB download arrives identical, and the gate's memory does not grow with it") {
  const std::string head =
      GENERATE(as<std::string>{}, "HTTP/1.0 200 OK\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n");
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send(head);
    connection.send(large_body());
  });
  const long before = peak_memory(world.front.gate);
  const HttpAnswer answer = world.front.ask(kGet);
  CHECK((answer.body == large_body()));
  CHECK(peak_memory(world.front.gate) - before < kGrowthKib);
}

TEST_CASE("a 64 MiB upload arrives identical, and the gate's memory does not grow with it") {
  Flag identical;
  ScriptedWorld world([&](RawConnection& connection) {
    if (read_request(connection).body == large_body()) identical.set();
    connection.send(kNoContent);
  });
  const long before = peak_memory(world.front.gate);
  CHECK(world.front.ask(http_request("POST", "/up", large_body())).status == 204);
  CHECK(identical.is_set());
  CHECK(peak_memory(world.front.gate) - before < kGrowthKib);
}

TEST_CASE("a client that does not read holds the upstream up, not the gate's memory") {
  Flag stalled;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send("HTTP/1.0 200 OK\r\n\r\n");
    RawConnection impatient(Fd(::dup(connection.descriptor())), std::chrono::milliseconds(300));
    try {
      impatient.send(large_body());
    } catch (const Failure&) {
      stalled.set();
    }
  });
  const long before = peak_memory(world.front.gate);
  RawClient client(world.port());
  client.send(kGet);
  stalled.wait("the upstream cannot send more");
  CHECK(peak_memory(world.front.gate) - before < kGrowthKib);
}

TEST_CASE("an answer that comes while the body is still being sent arrives") {
  const bool upstream_closes = GENERATE(true, false);
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    if (!upstream_closes) connection.peer_closed();
  });
  RawClient client(world.port());
  client.send(http_request("POST", "/up", std::string(20'000'000, 'x')));
  const HttpAnswer answer = read_answer(client);
  CHECK(answer.status == 413);
  CHECK(answer.body == "big");
  CHECK(answer.field("Connection") == "close");
}

TEST_CASE("the client of an event stream that leaves closes the upstream side") {
  const bool resets = GENERATE(true, false);
  Flag closed;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    connection.send(kEventStream + "data: 1\n\n");
    hold_until_closed(connection, closed);
  });
  RawClient client(world.port());
  client.send(http_request("GET", "/api/events"));
  client.read_until("data: 1\n\n");
  resets ? client.reset() : client.close();
  closed.wait("the upstream side is closed");
}

TEST_CASE("a client that resets while the upstream is silent closes the upstream side") {
  Flag arrived;
  Flag closed;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    arrived.set();
    hold_until_closed(connection, closed);
  });
  RawClient client(world.port());
  client.send(kGet);
  arrived.wait("the request is upstream");
  client.reset();
  closed.wait("the upstream side is closed");
}

TEST_CASE("a client that leaves in the middle of its upload resets the upstream side") {
  const bool resets = GENERATE(true, false);
  Flag arrived;
  Flag reset_seen;
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_until("\r\n\r\npart");
    arrived.set();
    if (connection.peer_closed() && connection.was_reset()) reset_seen.set();
  });
  RawClient client(world.port());
  client.send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart");
  arrived.wait("the first part is upstream");
  resets ? client.reset() : client.close();
  reset_seen.wait("the upstream cannot take the part for the whole");
}

TEST_CASE("a client that ends its sending after a whole request still gets the answer") {
  Flag closed;
  ScriptedWorld world([&](RawConnection& connection) {
    read_request(connection);
    closed.wait("the client has ended its sending");
    connection.send(answer_of("ok"));
  });
  RawClient client(world.port());
  client.send(kGet);
  client.half_close();
  closed.set();
  CHECK(parse_answer(client.read_to_end()).body == "ok");
}

TEST_CASE("a malformed chunk in the middle of an upload cuts it off upstream") {
  Flag arrived;
  Flag reset_seen;
  ScriptedWorld world([&](RawConnection& connection) {
    connection.read_until("1\r\na\r\n");
    arrived.set();
    if (connection.peer_closed() && connection.was_reset()) reset_seen.set();
  });
  RawClient client(world.port());
  client.send("POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  arrived.wait("the first chunk is upstream");
  client.send("zz\r\n");
  CHECK(read_answer(client).status == 400);
  reset_seen.wait("the upstream cannot take the part for the whole");
  CHECK(world.upstream.received(0).ends_with("1\r\na\r\n"));
}

}  // namespace
}  // namespace taskgate::test
