// Bounds and time limits by configuration: what a client can take from the gate, and for how long.
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <fstream>

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

std::string head_of_size(std::size_t bytes) {
  const std::string around = http_request("GET", "/", "", {{"X", ""}});
  return http_request("GET", "/", "", {{"X", std::string(bytes - around.size(), 'x')}});
}

std::string head_with_fields(int count) {
  HttpFields fields;
  for (int i = 1; i < count; ++i) fields.push_back({"X", "y"});  // beside Host
  return http_request("GET", "/", "", fields);
}

// Creates wait upstream for `go_on`.
ScriptedUpstream::Script held(Flag& arrived, const Flag& go_on) {
  return [&](RawConnection& connection) {
    read_request(connection);
    arrived.set();
    go_on.wait("the test lets the upstream answer");
    connection.send(kCreated);
  };
}

TEST_CASE("a head of limits.head bytes and limits.fields lines passes, and not one more") {
  ScriptedWorld world(answer_with(kNoContent), {{"limits.head", "1KiB"}, {"limits.fields", "10"}});
  CHECK(world.front.ask(head_of_size(1024)).status == 204);
  CHECK(world.front.ask(head_of_size(1025)).status == 431);
  CHECK(world.front.ask(head_with_fields(10)).status == 204);
  CHECK(world.front.ask(head_with_fields(11)).status == 431);
  CHECK(world.upstream.connections() == 2);
}

// Sends `first`, then byte after byte until an answer comes; bounded by what a head may have.
HttpAnswer trickle(std::uint16_t port, const std::string& first) {
  RawClient client(port);
  client.send(first);
  for (int sent = 0; sent < 10'000 && client.pending().empty(); ++sent) {
    if (!client.try_send("x")) break;
    client.peer_closed(std::chrono::milliseconds(2));
  }
  return read_answer(client);
}

TEST_CASE("a head or a body that comes byte by byte is ended by its time limit all the same") {
  ScriptedWorld world(answer_with(kNoContent),
                      {{"timeouts.head", "100ms"}, {"timeouts.body", "100ms"}});
  CHECK(trickle(world.port(), "GET / HTTP/1.1\r\nHost: h\r\nX: ").status == 408);
  CHECK(trickle(world.port(),
                "POST " + kCreate + " HTTP/1.1\r\nHost: h\r\nContent-Length: 20000" + "\r\n\r\n")
            .status == 408);
  CHECK(world.upstream.connections() == 0);
}

TEST_CASE(
    "a body that finds admission.body_total used up waits, and is a 503 when its time is up") {
  Flag arrived;
  Flag go_on;
  ScriptedWorld world(held(arrived, go_on), {{"admission.body_limit", "1KiB"},
                                             {"admission.body_total", "1KiB"},
                                             {"timeouts.body", "150ms"}});
  const std::string head = "POST " + kCreate +
                           " HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                           "Content-Length: 1000\r\n\r\n";
  RawClient first(world.port());
  first.send(head);
  CHECK(read_answer(first).status == 100);
  first.send(std::string(1000, ' '));
  arrived.wait("the first create is upstream, its body still held");
  RawClient second(world.port());
  second.send(head);
  const HttpAnswer refused = read_answer(second);  // and no 100 before: nothing was read
  CHECK(refused.status == 503);
  CHECK(refused.field("Retry-After"));
  CHECK(world.upstream.connections() == 1);
  go_on.set();
  CHECK(read_answer(first).status == 201);
  RawClient third(world.port());
  third.send(head);
  CHECK(read_answer(third).status == 100);
}

// What sockets that are made meanwhile keep of what their peers do not take: little.
class SmallSendBuffers {
 public:
  SmallSendBuffers() {
    std::getline(std::ifstream(kSizes), before_);
    std::ofstream(kSizes) << "4096 16384 16384";
  }
  ~SmallSendBuffers() { std::ofstream(kSizes) << before_; }
  SmallSendBuffers(const SmallSendBuffers&) = delete;
  SmallSendBuffers& operator=(const SmallSendBuffers&) = delete;

 private:
  static constexpr const char* kSizes = "/proc/sys/net/ipv4/tcp_wmem";

  std::string before_;
};

// Sends what the gate answers itself, as much as it reads, and takes no answer. False: after some
// time of that the connection still stands.
bool is_let_go_when_full_of_answers(const RawClient& client) {
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += kGet;
  std::string_view left;
  pollfd state{client.descriptor(), POLLOUT, 0};
  const Deadline deadline;
  while ((state.revents & (POLLERR | POLLHUP)) == 0 && !deadline.passed()) {
    if (left.empty()) left = requests;
    const ssize_t sent =
        ::send(client.descriptor(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
    ::poll(&state, 1, deadline.poll_timeout());
  }
  return (state.revents & (POLLERR | POLLHUP)) != 0;
}

TEST_CASE("a client that does not take the gate's own answers is let go after timeouts.head") {
  const TmuxServer tmux;
  const ClosedPort upstream;
  const SmallSendBuffers small;
  const Fronted front(upstream.port(), tmux, {{"timeouts.head", "1s"}});
  const RawClient client(front.gate.port());
  CHECK(is_let_go_when_full_of_answers(client));
  eventually("the gate has let go of it", [&] {
    return front.metric(R"(taskgate_connections{kind="idle"})") == 0 &&
           front.metric(R"(taskgate_connections{kind="active"})") == 0;
  });
}

TEST_CASE("an answer that is silent for timeouts.idle is cut visibly") {
  Flag silent;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        read_request(connection);
        connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        connection.send("data: last\n\n");
        if (connection.peer_closed()) silent.set();
      },
      {{"timeouts.idle", "100ms"}});
  RawClient client(world.port());
  client.send(kGet);
  client.read_until("data: last\n\n");
  silent.wait("the upstream side is closed");
  CHECK(client.peer_closed());
  CHECK_FALSE(client.received().ends_with("0\r\n\r\n"));  // no clean end
}

// Not when one side was: tests/unit/proxy/connection_test.cc.
TEST_CASE("a tunnel is cut when both sides were silent for timeouts.idle") {
  ScriptedWorld world(
      [](RawConnection& connection) {
        connection.read_head();
        connection.send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
        connection.peer_closed();
      },
      {{"timeouts.idle", "100ms"}});
  RawClient client(world.port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
  CHECK(read_answer_head(client).status == 101);
  CHECK(client.peer_closed());
  CHECK(client.was_reset());
}

TEST_CASE("an upload that stops for timeouts.idle is cut off upstream") {
  Flag reset_seen;
  ScriptedWorld world(
      [&](RawConnection& connection) {
        connection.read_until("part");
        if (connection.peer_closed() && connection.was_reset()) reset_seen.set();
      },
      {{"timeouts.idle", "100ms"}});
  RawClient client(world.port());
  client.send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart");
  reset_seen.wait("the upstream cannot take the part for the whole");
  CHECK(client.peer_closed());
}

TEST_CASE("a create that waits is withdrawn as soon as its client resets, not when it is decided") {
  Flag arrived;
  Flag go_on;
  ScriptedWorld world(held(arrived, go_on), {{"limit", "1"}, {"admission.wait", "1m"}});
  RawClient first(world.port());
  first.send(http_request("POST", kCreate, "{}"));
  arrived.wait("the only slot is promised");
  RawClient second(world.port());
  second.send(http_request("POST", kCreate, "{}"));
  eventually("the second create waits",
             [&] { return world.front.metric("taskgate_creates_waiting") == 1; });
  second.reset();
  eventually("it is withdrawn while the slot is still promised", [&] {
    return world.front.metric(R"(taskgate_admissions_total{decision="withdrawn",route="task"})") ==
           1;
  });
  CHECK(world.front.metric("taskgate_creates_waiting") == 0);
  CHECK(world.front.metric("taskgate_reservations") == 1);
  go_on.set();
  CHECK(read_answer(first).status == 201);
  CHECK(world.upstream.connections() == 1);
}

}  // namespace
}  // namespace taskgate::test
