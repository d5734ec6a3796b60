#include "proxy/held_bytes.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <list>

#include "support/captured_log.h"
#include "support/catch.h"
#include "support/text.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kTotal = 1024 * kKiB;
constexpr std::size_t kBodies = 128 * kKiB;

class Client : public HeldBytes::Holder {
 public:
  explicit Client(HeldBytes& all) : Holder(all) { moved(); }

  void stalls(Duration lasted = std::chrono::hours(1)) { moved_ -= lasted; }
  void has_request() { busy_ = true; }

  std::size_t spare = 0;  // that it holds for speed alone
  bool may_give_way = true;
  bool gone = false;
  bool granted = false;
  bool ended = false;
  Timer* waits = nullptr;

 private:
  void shrink() override { discharge(std::exchange(spare, 0)); }
  bool give_way() override {
    gone = may_give_way;
    if (gone && waits != nullptr) waits->cancel();
    return gone;
  }
};

struct HeldFixture {
  Client& client() { return clients.emplace_back(held); }

  Client& with(std::size_t bytes, HeldFor use = HeldFor::head) {
    Client& made = client();
    CHECK(made.try_charge(use, bytes));
    return made;
  }

  void ask(Client& client, HeldFor use, std::size_t bytes) {
    asio::co_spawn(loop, wait(client, {use, bytes, bytes}), asio::detached);
    loop.restart();
    loop.poll();
  }

  Task<> wait(Client& client, HeldBytes::Claim claim) {
    client.granted = co_await client.wait(claim, client.waits);
    client.ended = true;
  }

  void run_until(const bool& happened) {
    run_until_that([&] { return happened; });
  }
  template <typename Condition>
  void run_until_that(Condition happened) {
    while (!happened()) {
      if (loop.stopped()) loop.restart();
      loop.run_one();
    }
  }

  asio::io_context loop{1};
  observe::ConnectionCounts counts;
  Spares spares;
  HeldBytes held{loop, counts, {kTotal, kBodies}, spares};
  std::list<Client> clients;
};

}  // namespace

TEST_CASE("buffers grow for speed only while half of limits.held is left") {
  HeldFixture f;
  f.with(500 * kKiB);
  CHECK_FALSE(f.client().try_charge(HeldFor::speed, 64 * kKiB));
  CHECK(f.client().try_charge(HeldFor::head, 64 * kKiB));
}

TEST_CASE("who needs little finds room where who needs much does not") {
  HeldFixture f;
  f.with(760 * kKiB);
  CHECK_FALSE(f.client().try_charge(HeldFor::head, 64 * kKiB));
  CHECK(f.client().try_charge(HeldFor::head, 16 * kKiB));
}

TEST_CASE("who is alone finds room for anything") {
  HeldFixture f;
  f.with(3 * kTotal);
}

TEST_CASE("what is held is given back by the end of a client and of a request") {
  HeldFixture f;
  Client& text = f.client();
  text.charge_text(100 * kKiB);
  text.charge_text(kKiB);  // a part of what every request costs
  CHECK(text.try_charge(HeldFor::body, 50 * kKiB));
  CHECK(f.held.counts().bytes == 150 * kKiB);
  text.end_request();
  CHECK(f.held.counts().bytes == 0);
  f.with(70 * kKiB);
  f.clients.clear();
  CHECK(f.held.counts().bytes == 0);
}

TEST_CASE("who waits goes on when something comes free, those who would hold least first") {
  HeldFixture f;
  Client& holder = f.with(kTotal);
  Client& large = f.client();
  Client& small = f.client();
  f.ask(large, HeldFor::head, 700 * kKiB);
  f.ask(small, HeldFor::head, 200 * kKiB);
  CHECK_FALSE(large.ended);
  holder.discharge(500 * kKiB);
  f.run_until(small.ended);
  CHECK(small.granted);
  CHECK_FALSE(large.ended);
  small.discharge(200 * kKiB);
  holder.discharge(524 * kKiB);
  f.run_until(large.ended);
  CHECK(large.granted);
}

TEST_CASE("those that hold most without moving give way to who waits, and no more than it takes") {
  HeldFixture f;
  Client& small = f.with(200 * kKiB);
  Client& large = f.with(400 * kKiB);
  Client& moving = f.with(168 * kKiB);
  Client& waiting = f.client();
  for (Client* client : {&small, &large}) client->stalls();
  f.ask(waiting, HeldFor::head, 300 * kKiB);
  f.run_until(large.gone);
  CHECK_FALSE(small.gone);
  CHECK_FALSE(moving.gone);
  CHECK(f.held.counts().gave_way == 1);
  large.discharge(400 * kKiB);
  f.run_until(waiting.ended);
  CHECK(waiting.granted);
  CHECK_FALSE(small.gone);
}

TEST_CASE("what is held for speed alone is given back before anybody gives way") {
  HeldFixture f;
  Client& silent = f.with(400 * kKiB, HeldFor::speed);
  silent.spare = 400 * kKiB;
  Client& other = f.with(300 * kKiB);
  Client& moving = f.with(60 * kKiB);
  moving.spare = 60 * kKiB;
  Client& waiting = f.client();
  for (Client* client : {&silent, &other}) client->stalls();
  f.ask(waiting, HeldFor::head, 300 * kKiB);
  f.run_until(waiting.ended);
  CHECK(waiting.granted);
  CHECK(moving.bytes() == 60 * kKiB);
  CHECK(f.held.counts().gave_way == 0);
}

TEST_CASE("clients that are in the way of newcomers give back what they hold for speed first") {
  HeldFixture f;
  Client& silent = f.with(500 * kKiB, HeldFor::speed);
  silent.spare = 500 * kKiB;
  silent.stalls();
  f.counts.active = 160;  // 1,120 KiB, of which 256 are free
  CHECK(f.held.overdrawn());
  f.run_until_that([&] { return !f.held.overdrawn(); });
  CHECK(f.held.counts().gave_way == 0);
}

TEST_CASE("who holds little does not give way for a crowd that has just come and holds more") {
  HeldFixture f;
  f.counts.active = 1;
  Client& little = f.client();
  little.has_request();
  little.stalls();
  Client& first = f.with(60 * kKiB);
  for (int more = 0; more < 11; ++more) f.with(60 * kKiB);
  for (int waiting = 0; waiting < 40; ++waiting) f.ask(f.client(), HeldFor::head, 60 * kKiB);
  f.run_until(first.gone);
  CHECK(f.held.counts().gave_way == 12);
  CHECK_FALSE(little.gone);
}

TEST_CASE("who holds little gives way where one that moves holds more") {
  HeldFixture f;
  Client& little = f.with(60 * kKiB);
  for (int more = 0; more < 7; ++more) f.with(60 * kKiB).stalls();
  Client& moving = f.with(288 * kKiB);
  little.stalls();
  f.ask(f.client(), HeldFor::head, 600 * kKiB);
  f.run_until(little.gone);
  CHECK_FALSE(moving.gone);
}

TEST_CASE("another gives way where the one that holds most may not") {
  HeldFixture f;
  Client& kept = f.with(500 * kKiB);
  Client& other = f.with(268 * kKiB);
  kept.may_give_way = false;
  for (Client* client : {&kept, &other}) client->stalls();
  f.ask(f.client(), HeldFor::head, 100 * kKiB);
  f.run_until(other.gone);
  CHECK(f.held.counts().gave_way == 1);
}

TEST_CASE("two that wait for each other do not wait for ever: one gives way") {
  HeldFixture f;
  Client& one = f.with(50 * kKiB, HeldFor::body);
  Client& other = f.with(40 * kKiB, HeldFor::body);
  for (Client* client : {&one, &other}) client->stalls();
  f.ask(one, HeldFor::body, 30 * kKiB);
  f.ask(other, HeldFor::body, 30 * kKiB);
  f.run_until(one.ended);
  CHECK_FALSE(one.granted);
  one.end_request();
  f.run_until(other.ended);
  CHECK(other.granted);
}

TEST_CASE("a quarter of admission.body_total is kept for little bodies") {
  HeldFixture f;
  f.with(60 * kKiB, HeldFor::body).body_is_whole();
  f.with(36 * kKiB, HeldFor::body).body_is_whole();
  CHECK_FALSE(f.client().try_charge(HeldFor::body, 20 * kKiB));
  Client& little = f.with(16 * kKiB, HeldFor::body);
  CHECK_FALSE(little.try_charge(HeldFor::body, kKiB));
  f.with(16 * kKiB, HeldFor::body);
  CHECK_FALSE(f.client().try_charge(HeldFor::body, kKiB));
}

TEST_CASE("the log says which bound it is that clients gave way to") {
  HeldFixture f;
  test::CapturedLog log;
  Client& body = f.with(90 * kKiB, HeldFor::body);
  body.stalls();
  f.ask(f.client(), HeldFor::body, 20 * kKiB);
  f.run_until(body.gone);
  f.loop.poll();
  const std::string of_bodies = log.text();
  CHECK(test::has(of_bodies, "raise admission.body_total"));
  CHECK(test::has(of_bodies, "\"connections\":1,"));
  Client& head = f.with(600 * kKiB);
  head.stalls();
  f.ask(f.client(), HeldFor::head, 300 * kKiB);
  f.run_until(head.gone);
  f.loop.poll();
  CHECK(test::has(log.text(), "raise limits.held"));
}

TEST_CASE("a body that is whole does not give way to other bodies") {
  HeldFixture f;
  Client& whole = f.with(60 * kKiB, HeldFor::body);
  Client& part = f.with(30 * kKiB, HeldFor::body);
  whole.body_is_whole();
  for (Client* client : {&whole, &part}) client->stalls();
  f.ask(f.client(), HeldFor::body, 20 * kKiB);
  f.run_until(part.gone);
  CHECK_FALSE(whole.gone);
}

TEST_CASE("a crowd of requests makes the next one wait, and the oldest gives way") {
  HeldFixture f;
  f.counts.active = 400;  // 2,800 KiB, of which 256 are free
  Client& old = f.client();
  old.has_request();
  old.stalls();
  CHECK(f.held.crowded());
  Client& small = f.client();
  CHECK(small.try_charge(HeldFor::head, 4 * kKiB));  // a little is kept from the crowd
  Client& next = f.client();
  f.ask(next, HeldFor::request, Client::kRequest);
  f.run_until(old.gone);
  f.counts.active = 100;
  f.run_until(next.ended);
  CHECK(next.granted);
}

TEST_CASE(
    "those of a crowd give way before a newcomer whose head is more than each of them holds") {
  HeldFixture f;
  f.counts.active = 400;
  Client& old = f.client();
  old.has_request();
  Client& newcomer = f.with(8 * kKiB);
  f.ask(newcomer, HeldFor::request, Client::kRequest);
  for (Client* client : {&old, &newcomer}) client->stalls();
  f.run_until(old.gone);
  CHECK_FALSE(newcomer.gone);
}

TEST_CASE("a newcomer whose room others may not free gives way itself") {
  HeldFixture f;
  f.counts.active = 400;
  Client& newcomer = f.with(8 * kKiB);
  f.ask(newcomer, HeldFor::request, Client::kRequest);
  newcomer.stalls();
  f.run_until(newcomer.ended);
  CHECK_FALSE(newcomer.granted);
}

TEST_CASE("a newcomer with a whole request is not taken for one that stalls") {
  HeldFixture f;
  f.counts.active = 400;
  Client& newcomer = f.with(8 * kKiB);
  Client& old = f.with(4 * kKiB);
  f.ask(newcomer, HeldFor::request, Client::kRequest);
  for (Client* client : {&newcomer, &old}) client->stalls(std::chrono::milliseconds(600));
  f.run_until(old.gone);
  CHECK_FALSE(newcomer.gone);
}

TEST_CASE("connections that hold nothing keep neither requests nor newcomers out") {
  HeldFixture f;
  while (f.clients.size() < 400) f.client();  // 1,600 KiB, of which 256 are free
  CHECK_FALSE(f.held.crowded());
  CHECK_FALSE(f.held.overdrawn());
}

TEST_CASE("room is kept for clients that are parked, which may all come back at once") {
  HeldFixture f;
  f.counts.active = 40;  // of which 36 may always have a request
  f.counts.idle = 400;
  CHECK(f.held.crowded());
  f.counts.active = 30;
  CHECK_FALSE(f.held.crowded());
}

TEST_CASE("clients that stall give way to newcomers, though none of the others waits") {
  HeldFixture f;
  f.counts.active = 400;
  Client& old = f.client();
  old.has_request();
  CHECK(f.held.overdrawn());
  old.stalls();
  f.run_until(old.gone);
  f.counts.active = 100;
  CHECK_FALSE(f.held.overdrawn());
}

TEST_CASE("a larger limit lets go on who waits") {
  HeldFixture f;
  f.with(kTotal);
  Client& waiting = f.client();
  f.ask(waiting, HeldFor::head, 100 * kKiB);
  f.held.set_limits({4 * kTotal, kBodies});
  f.run_until(waiting.ended);
  CHECK(waiting.granted);
}
