// A flood of creates that the upstream turns away, and what it costs those who are let in.
#include <list>
#include <semaphore>
#include <string>

#include "e2e/wire_world.h"
#include "support/catch.h"

namespace taskgate::test {
namespace {

const std::string kUnauthorized = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
const std::string kLogin = "Authorization: Bearer a\r\n";
constexpr std::size_t kFlood = 20;

std::string create(const std::string& fields = "") {
  return "POST " + kCreate + " HTTP/1.1\r\nHost: h\r\n" + fields + "Content-Length: 2\r\n\r\n{}";
}

// Turns away who has no login, each when the test has allowed one more.
ScriptedUpstream::Script guarded(std::counting_semaphore<>& allowed) {
  return [&allowed](RawConnection& connection) {
    const bool is_known = read_request(connection).head.find(kLogin) != std::string::npos;
    if (!is_known && !allowed.try_acquire_for(kPatience)) return;
    connection.send(is_known ? kCreated : kUnauthorized);
  };
}

TEST_CASE("a create with a login passes before a flood that is turned away, with its first 401") {
  std::counting_semaphore<> allowed(0);
  ScriptedWorld world(guarded(allowed), {{"limit", "1"}, {"admission.wait", "10m"}});
  const auto waiting = [&] { return world.front.metric("taskgate_creates_waiting"); };
  std::list<RawClient> flood;
  for (std::size_t i = 0; i < kFlood; ++i) flood.emplace_back(world.port()).send(create());
  eventually("the flood is in the line", [&] { return waiting() == kFlood - 1; });
  RawClient owner(world.port());
  owner.send(create(kLogin));
  eventually("the owner's create is in the line", [&] { return waiting() == kFlood; });
  CHECK(world.upstream.connections() == 1);
  allowed.release();
  CHECK(read_answer(owner).status == 201);
  CHECK(world.upstream.received(1).find(kLogin) != std::string::npos);
  // Whose turn it is then they are, and each is answered by the upstream.
  allowed.release(kFlood);
  for (RawClient& client : flood) CHECK(read_answer(client).status == 401);
  CHECK(world.upstream.connections() == kFlood + 1);
}

}  // namespace
}  // namespace taskgate::test
