// What a connection does when others need what is held for its client (proxy/held_bytes.h).
#include "connection_world.h"

using namespace taskgate;
using namespace taskgate::proxy;
using namespace taskgate::proxy::test;

namespace {

constexpr std::size_t kNeeded = 100 * 1024;

// Somebody else, who has come for the rest of a head.
class Newcomer : public HeldBytes::Holder {
 public:
  using Holder::Holder;

  Task<> ask() {
    granted = co_await wait({HeldFor::head, kNeeded, kNeeded}, wake_);
    ended = true;
  }
  void leave() { wake_->cancel(); }

  bool granted = false;
  bool ended = false;

 private:
  void shrink() override {}
  bool give_way() override { return false; }
  Timer* wake_ = nullptr;
};

}  // namespace

TEST_CASE("who is silent gives back the room of its buffers, and does not give way for it") {
  struct Row {
    const char* where;
    std::string request;
    std::string answer;
    bool by_client;
  };
  const Row rows[] = {
      {"a tunnel, from the client", kUpgrade, kSwitched, true},
      {"a tunnel, from the upstream", kUpgrade, kSwitched, false},
      {"an event stream", kGet, kEvents, false},
      {"an answer", kOldGet, "HTTP/1.0 200 OK\r\n\r\nbegins", false},
      {"an upload", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "", true},
  };
  for (const Row& row : rows) {
    INFO(row.where);
    UnderWay request(row.request);
    if (!row.answer.empty()) request.pass_answer(row.answer);
    FarEnd& from = request.far_end(row.by_client);
    FarEnd& to = request.far_end(!row.by_client);
    HeldBytes& held = request.world.held();
    std::size_t number = 0;
    // As chunks, which are only text to the others.
    const auto pass = [&](std::size_t bytes) {
      const std::string mark = "<" + std::to_string(++number) + ">";
      const std::string text = std::string(bytes, 'x') + mark;
      char size[16];
      std::snprintf(size, sizeof size, "%zx\r\n", text.size());
      from.send(size + text + "\r\n");
      request.world.until_has(to, mark);
    };
    for (std::size_t bytes = 1024; held.counts().bytes < 16 * 1024; bytes = bytes % 32768 + 4096) {
      pass(bytes);
    }
    held.set_limits({.total = kNeeded * 3 / 2, .bodies = kNeeded});
    Newcomer newcomer(held);
    request.world.spawn(newcomer.ask());
    request.world.until("the newcomer has room", [&] { return newcomer.granted; });
    CHECK(held.counts().gave_way == 0);
    CHECK(held.counts().bytes == kNeeded);
    newcomer.discharge(kNeeded);
    for (int again = 0; again < 4; ++again) pass(5000);
    CHECK_FALSE(request.client.ended());
    CHECK_FALSE(request.upstream->ended());
  }
}

TEST_CASE("the log tells of a request that gave way") {
  for (const std::string& answer : {std::string(), kBegun, kEvents}) {
    INFO(answer);
    UnderWay request(kGet);
    if (!answer.empty()) request.pass_answer(answer);
    HeldBytes& held = request.world.held();
    Newcomer other(held);
    CHECK(other.try_charge(HeldFor::head, 1024));
    held.set_limits({.total = kNeeded, .bodies = kNeeded});
    Newcomer newcomer(held);
    request.world.spawn(newcomer.ask());
    const std::string line = request.world.line();
    INFO(line);
    CHECK(line.find("\"refusal\":\"too much is held for clients") != std::string::npos);
    newcomer.leave();
    request.world.until("the newcomer has left", [&] { return newcomer.ended; });
  }
}
