// A process whose limit of descriptors is gone. Not for a sanitized gate: its checks need a
// descriptor to look at memory, and report nonsense without one.
#include <sys/resource.h>

#include "e2e/wire_world.h"
#include "support/catch.h"
#include "support/failure.h"

namespace taskgate::test {
namespace {

const std::string kGet = http_request("GET", "/");
const std::string kAnswer = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";

// As somebody else in the pod might change the limit of a running gate.
rlim_t hard_limit(Gate& gate) {
  rlimit limit{};
  if (prlimit(gate.process().pid(), RLIMIT_NOFILE, nullptr, &limit) != 0) fail_errno("prlimit");
  return limit.rlim_max;
}

void set_limit(Gate& gate, rlim_t soft) {
  const rlimit limit{soft, hard_limit(gate)};
  if (prlimit(gate.process().pid(), RLIMIT_NOFILE, &limit, nullptr) != 0) fail_errno("prlimit");
}

// None more than are open.
void leave_no_descriptor(Gate& gate) {
  set_limit(gate, 3);
}
void give_descriptors_back(Gate& gate) {
  set_limit(gate, hard_limit(gate));
}

TEST_CASE(
    "a process without a descriptor pauses accepting, loses no stream and no slot, recovers") {
  Flag speak;
  ScriptedUpstream upstream([&](RawConnection& connection) {
    const HttpRequest request = read_request(connection);
    if (request.target != "/api/events") {
      return connection.send(request.method == "POST" ? kAnswer : kNoContent);
    }
    connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    speak.wait("the descriptors are gone");
    connection.send("data: 2\n\n");
    connection.peer_closed();
  });
  TmuxServer tmux;
  tmux.start();
  Gate::Settings settings = Gate::in_front_of(upstream.port(), tmux.socket());
  settings["limit"] = "1";
  settings["tmux.hold"] = GENERATE(as<std::string>{}, "10m", "1ms");
  const bool held = settings["tmux.hold"] == "10m";
  Gate gate(settings);
  RawClient stream(gate.port());
  stream.send(http_request("GET", "/api/events"));
  stream.read_until("data: 1\n\n");
  RawClient client(gate.port());
  client.send(kGet);
  CHECK(read_answer(client).status == 204);
  REQUIRE(gate.metric(R"(taskgate_signal_state{state="known"})") == 1);

  leave_no_descriptor(gate);
  RawClient newcomer(gate.port());  // the kernel's backlog takes it
  newcomer.send(kGet);
  gate.process().wait_for_line(R"("event":"accept_paused","reason":"Too many open files")");
  client.send(kGet);
  CHECK(read_answer(client).status == 503);
  // Decided by the last good count it is admitted, but not sent. Once that is too old the count is
  // unknown, and never zero.
  const std::string why = held ? "no descriptor" : R"("fault":"system_error")";
  eventually("the create is refused for the right reason", [&] {
    client.send(http_request("POST", kCreate, "{}"));
    const HttpAnswer create = read_answer(client);
    CHECK(create.status == 503);
    return create.body.find(why) != std::string::npos;
  });
  gate.process().wait_for_line(
      held ? R"("event":"signal","state":"held","fault":"system_error")"
           : R"("event":"signal","state":"unknown","fault":"system_error")");
  speak.set();
  stream.read_until("data: 2\n\n");
  CHECK(newcomer.pending().empty());

  give_descriptors_back(gate);
  CHECK(read_answer(newcomer).status == 204);
  eventually("the count is known again",
             [&] { return gate.metric(R"(taskgate_signal_state{state="known"})") == 1; });
  CHECK(gate.metric("taskgate_reservations") == 0);
  client.send(http_request("POST", kCreate, "{}"));  // the only slot was not lost
  CHECK(read_answer(client).status == 201);
}

}  // namespace
}  // namespace taskgate::test
