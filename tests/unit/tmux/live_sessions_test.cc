// What a real tmux server says about its sessions.
#include <filesystem>

#include "driver.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux_server.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t number = 0; number < count; ++number) {
    names.push_back((number % 2 == 0 ? "kube-coder-" : "other-") + std::to_string(number));
  }
  return names;
}

TEST_CASE("any number of sessions is listed whole") {
  // The last is more than fits into one message of 16 KiB.
  const std::size_t count = GENERATE(0UL, 1UL, 2UL, 50UL, 600UL);
  CAPTURE(count);
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions(numbered(count));
  Driver driver(settings_for({server.path()}));
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "known");
  CHECK(listing.sessions.size() == count);
  CHECK(listing.live == static_cast<int>((count + 1) / 2));
  REQUIRE(listing.servers.size() == 1);
  CHECK(listing.servers[0].has_sessions == (count > 0));
  CHECK(listing.servers[0].pid == (count > 0 ? server.pid() : 0));
  CHECK(listing.servers[0].highest_id == (count > 0 ? count - 1 : 0));
  server.check_same(listing);
}

TEST_CASE("odd names arrive as the tmux binary shows them") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"first", "k\xC3\xA4se \xE2\x98\x83 \xF0\x9F\x90\x9F", " two  spaces ",
                       "dots.and:colons", "tab\there", "back\\slash", "two\nlines", "quote\"'`$(x)",
                       "-dash", "percent%20", "\x01\x7f", std::string(300, 'n'),
                       "kube-coder-\xE2\x98\x83"});
  Driver driver(settings_for({server.path()}));
  const Listing listing = driver.list();
  CHECK(listing.sessions.size() == 13);
  CHECK(listing.live == 1);
  server.check_same(listing);
}

TEST_CASE("a session that is made, renamed or ended shows in the next listing") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(settings_for({server.path()}));
  const Listing first = driver.list();
  server.tmux({"new-session", "-d", "-s", "kube-coder-b", "sleep", "1000"});
  CHECK(driver.list().live == 2);
  server.tmux({"rename-session", "-t", "kube-coder-b", "x"});
  CHECK(driver.list().live == 1);
  server.tmux({"kill-session", "-t", "x"});
  const Listing last = driver.list();
  CHECK(last.live == 1);
  CHECK(last.servers == first.servers);
  server.check_same(last);
}

std::ptrdiff_t descriptors_of(pid_t pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
  return std::distance(begin(all), end(all));
}

TEST_CASE("listings leave nothing behind in the server") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions(numbered(12));
  Driver driver(settings_for({server.path()}));
  driver.list();
  server.tmux({"list-sessions"});
  const auto before = descriptors_of(server.pid());
  for (int again = 0; again < 100; ++again) REQUIRE(driver.list().live == 6);
  server.tmux({"list-sessions"});
  // The server may not have closed the connection of the tmux binary yet.
  CHECK(descriptors_of(server.pid()) <= before + 2);
  CHECK(server.tmux({"list-clients"}).empty());
  server.check_same(driver.list());
}

}  // namespace
}  // namespace taskgate::tmux
