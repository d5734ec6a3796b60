// Servers that do not answer in time. Time-outs are short here, and no test depends on how short.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>

#include "driver.h"
#include "fake_server.h"
#include "frames.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux/lister.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

constexpr std::chrono::milliseconds kShort{20};
const std::string kOne = answer("7 $4 1 kube-coder-a\n");

TEST_CASE("a silent server is a time-out and gets no second connection") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}, kShort));
  FakeServer server(driver.loop, folder / "s", silent());
  const Listing first = driver.list();
  CHECK(fault_of(first) == "timeout");
  CHECK(first.detail.find("gave no answer within 20ms") != std::string::npos);
  CHECK(first.ended - first.began >= kShort);
  for (int again = 0; again < 300; ++again) {
    const Listing listing = driver.list();
    CHECK(fault_of(listing) == "timeout");
    CHECK(listing.detail.find("still owes the answer") != std::string::npos);
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("the late answer is read as that of the question it answers") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}, kShort));
  FakeServer server(driver.loop, folder / "s", silent());
  driver.question = Question::details;
  driver.list();
  driver.question = Question::names;
  driver.list();
  server.last().send(answer("7 $4 1 5 1 1 @2:9:0  kube-coder-a\n"));
  driver.run_until([&] { return driver.listings.size() == 3; });
  CHECK(driver.listings[2].question == Question::details);
  CHECK(driver.listings[2].live == 1);
}

TEST_CASE("the late answer is taken, with the time of its question") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}, kShort));
  FakeServer server(driver.loop, folder / "s", silent());
  const TimePoint began = driver.list().began;
  driver.list();
  server.last().send(kOne);
  driver.run_until([&] { return driver.listings.size() == 3; });
  const Listing& late = driver.listings[2];
  CHECK(fault_of(late) == "known");
  CHECK(late.began == began);
  CHECK(late.ended >= driver.listings[1].ended);
  CHECK(names_of(late) == std::vector<std::string>{"kube-coder-a"});
  CHECK(late.live == 1);
  CHECK(late.servers.at(0).pid == 7);
  CHECK(late.servers.at(0).inode == driver.listings[0].servers.at(0).inode);
  CHECK_FALSE(driver.lister.running());

  // And the socket is asked again.
  driver.lister.begin();
  driver.run_until([&] { return server.accepted() == 2; });
}

TEST_CASE("the rest of an answer that came in half is taken late") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}, kShort));
  FakeServer server(driver.loop, folder / "s", answering(kOne.substr(0, 50)));
  CHECK(fault_of(driver.list()) == "timeout");
  server.last().send(kOne.substr(50));
  driver.run_until([&] { return driver.listings.size() == 2; });
  CHECK(driver.listings[1].live == 1);
}

TEST_CASE("a late end or a late no frees the socket and is no listing") {
  const std::string bytes = GENERATE(std::string(), std::string("garbage, garbage"),
                                     exit_frame(1, "access not allowed"), frame(210, ""));
  CAPTURE(bytes);
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}, kShort));
  FakeServer server(driver.loop, folder / "s", silent());
  driver.list();
  if (bytes.empty()) {
    server.last().close();
  } else {
    server.last().send(bytes);
    driver.run_until([&] { return server.last().gone(); });
  }
  driver.lister.configure(settings_for({folder / "s"}));
  // Listings that find the query still under way end at once.
  while (server.accepted() == 1) {
    driver.lister.begin();
    const std::size_t before = driver.listings.size();
    driver.run_until([&] { return server.accepted() == 2 || driver.listings.size() > before; });
  }
  server.last().send(kOne);
  driver.run_until([&] { return !driver.lister.running(); });
  CHECK(fault_of(driver.listings.back()) == "known");
  CHECK(server.accepted() == 2);
}

// The deadline's handler is then queued behind that of the answer; it must not end the listing that
// the callback has begun, which has no parts yet and would look like no sessions.
TEST_CASE("an answer that comes together with the deadline ends one listing only") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}, kShort));
  FakeServer server(driver.loop, folder / "s", silent());
  driver.on_listing = [&] {
    if (driver.listings.size() == 1) driver.lister.begin();
  };
  driver.lister.begin();
  driver.run_until([&] { return server.accepted() == 1 && !server.last().received().empty(); });
  server.last().send(kOne);
  const TimePoint sent = Clock::now();
  while (Clock::now() < sent + 2 * kShort) std::this_thread::yield();
  driver.run_until([&] { return !driver.lister.running() && driver.listings.size() >= 2; });
  for (const Listing& listing : driver.listings) {
    CHECK((fault_of(listing) == "timeout" || listing.live == 1));
  }
}

TEST_CASE("several silent servers share one deadline") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a", folder / "b", folder / "c"}, kShort));
  FakeServer a(driver.loop, folder / "a", silent());
  FakeServer b(driver.loop, folder / "b", silent());
  FakeServer c(driver.loop, folder / "c", silent());
  driver.lister.begin();
  driver.run_until([&] { return a.accepted() + b.accepted() + c.accepted() == 3; });
  driver.run_until([&] { return driver.listings.size() == 1; });
  CHECK(fault_of(driver.listings[0]) == "timeout");
}

TEST_CASE("of several sockets a late answer makes no listing, but frees its socket") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a", folder / "b"}, kShort));
  FakeServer slow(driver.loop, folder / "a", answering_in_turn({write_open(1), kOne}));
  FakeServer good(driver.loop, folder / "b", answering(kOne));
  CHECK(fault_of(driver.list()) == "timeout");
  CHECK(fault_of(driver.list()) == "timeout");
  CHECK(slow.accepted() == 1);
  CHECK(good.accepted() == 2);  // only the silent one is left alone
  slow.last().send(write_text(1, "7 $4 1 kube-coder-a\n") + exit_frame(0));
  driver.run_until([&] { return slow.last().gone(); });
  CHECK(driver.listings.size() == 2);
  driver.lister.configure(settings_for({folder / "a", folder / "b"}));
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "known");
  CHECK(listing.live == 2);
  CHECK(slow.accepted() == 2);
}

TEST_CASE("a late answer of a socket that is no longer configured is dropped") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a"}, kShort));
  FakeServer slow(driver.loop, folder / "a", silent());
  FakeServer other(driver.loop, folder / "b", answering(answer("9 $1 1 kube-coder-b\n")));
  driver.list();
  driver.lister.configure(settings_for({folder / "b"}));
  slow.last().send(kOne);
  driver.run_until([&] { return slow.last().gone(); });
  CHECK(names_of(driver.list()) == std::vector<std::string>{"kube-coder-b"});
  CHECK(driver.listings.size() == 2);
}

TEST_CASE("a query that is under way survives a change of the configuration and back") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "a"}, kShort));
  FakeServer slow(driver.loop, folder / "a", silent());
  FakeServer other(driver.loop, folder / "b", answering(kOne));
  driver.list();
  driver.lister.configure(settings_for({folder / "b"}));
  CHECK(fault_of(driver.list()) == "known");
  driver.lister.configure(settings_for({folder / "a"}, kShort));
  CHECK(fault_of(driver.list()) == "timeout");
  CHECK(slow.accepted() == 1);
}

TEST_CASE("another server on the same path is asked although the old one owes an answer") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}, kShort));
  FakeServer stuck(driver.loop, folder / "s", silent());
  driver.list();
  // A file beside the old one, so that the new one cannot get its inode.
  FakeServer fresh(driver.loop, folder / "new", answering(kOne));
  std::filesystem::rename(folder / "new", folder / "s");
  driver.lister.configure(settings_for({folder / "s"}));
  CHECK(fault_of(driver.list()) == "timeout");
  driver.run_until([&] { return stuck.last().gone(); });
  CHECK(fault_of(driver.list()) == "known");
  CHECK(stuck.accepted() == 1);
  CHECK(fresh.accepted() == 1);
}

// A listening socket that takes nobody.
class FullBacklog {
 public:
  explicit FullBacklog(const std::string& path) {
    address_.sun_family = AF_UNIX;
    std::strncpy(address_.sun_path, path.c_str(), sizeof address_.sun_path - 1);
    REQUIRE(::bind(listener_, generic(), sizeof address_) == 0);
    REQUIRE(::listen(listener_, 0) == 0);
    REQUIRE(::connect(filler_, generic(), sizeof address_) == 0);
  }
  FullBacklog(const FullBacklog&) = delete;
  FullBacklog& operator=(const FullBacklog&) = delete;
  ~FullBacklog() {
    ::close(filler_);
    ::close(listener_);
  }

 private:
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address_); }

  sockaddr_un address_{};
  int listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int filler_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST_CASE("a full backlog is a time-out, at once") {
  TemporaryFolder folder;
  FullBacklog server(folder / "s");
  Driver driver(settings_for({folder / "s"}));
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "timeout");
  CHECK(listing.detail.find("backlog is full") != std::string::npos);
  CHECK(fault_of(driver.list()) == "timeout");
}

}  // namespace
}  // namespace taskgate::tmux
