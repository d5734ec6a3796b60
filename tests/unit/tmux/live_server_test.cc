// Real tmux servers that stop, die, come back and move.
#include <signal.h>

#include <filesystem>

#include "driver.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux_server.h"

namespace taskgate::tmux {
namespace {

using namespace testing;
namespace fs = std::filesystem;

TEST_CASE("a stopped server is asked once, and its answer is taken when it goes on") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a", "b"});
  Driver driver(settings_for({server.path()}, std::chrono::milliseconds(50)));
  server.stop();
  const Listing first = driver.list();
  CHECK(fault_of(first) == "timeout");
  // Those of the tmux binary may still be among them, so only the growth tells.
  const std::size_t sockets = sockets_at(server.path());
  CHECK(sockets >= 2);
  for (int again = 0; again < 10; ++again) CHECK(fault_of(driver.list()) == "timeout");
  CHECK(sockets_at(server.path()) <= sockets);

  const std::size_t before = driver.listings.size();
  server.send_signal(SIGCONT);
  driver.run_until([&] { return driver.listings.size() > before; });
  const Listing late = driver.listings.back();
  CHECK(late.began == first.began);
  CHECK(late.live == 1);
  server.check_same(late);

  driver.lister.configure(settings_for({server.path()}));
  const Listing next = driver.list();
  CHECK(next.began > late.ended);
  CHECK(next.servers == late.servers);
}

TEST_CASE("a stopped server that is killed frees its socket and is a known zero") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(settings_for({server.path()}, std::chrono::milliseconds(50)));
  server.stop();
  CHECK(fault_of(driver.list()) == "timeout");
  server.kill();
  driver.lister.configure(settings_for({server.path()}));
  // The loop hears of the end of the connection before the next listing does or after.
  while (!driver.list().known()) CHECK(fault_of(driver.listings.back()) == "timeout");
  CHECK(driver.listings.back().sessions.empty());
}

TEST_CASE("a killed server is a known zero, and its socket file stays") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(settings_for({server.path()}));
  CHECK(driver.list().live == 1);
  server.kill();
  REQUIRE(fs::is_socket(server.path()));
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "known");
  CHECK(listing.sessions.empty());
  CHECK(listing.servers.at(0).pid == 0);
  CHECK(listing.servers.at(0).inode == driver.listings[0].servers.at(0).inode);
}

TEST_CASE("a server that is restarted on the same path is told from the one before") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  const auto list_new_server = [&] {
    TmuxServer server(folder / "s");
    server.add_sessions({"kube-coder-a"});
    const Listing listing = driver.list();
    server.check_same(listing);
    CHECK(listing.servers.at(0).pid == server.pid());
    return listing;
  };
  const Listing first = list_new_server();
  const Listing second = list_new_server();
  CHECK(first.sessions[0].id == second.sessions[0].id);
  CHECK(first.sessions[0].server != second.sessions[0].server);
  CHECK(first.servers != second.servers);
}

TEST_CASE("two servers are added up") {
  TemporaryFolder folder;
  TmuxServer first(folder / "one");
  TmuxServer second(folder / "two");
  first.add_sessions({"kube-coder-a", "b"});
  second.add_sessions({"kube-coder-a", "kube-coder-c"});
  const bool by_folder = GENERATE(false, true);
  Driver driver(settings_for(by_folder ? std::vector{folder.path()}
                                       : std::vector{first.path(), second.path()}));
  const Listing listing = driver.list();
  CHECK(listing.live == 3);
  REQUIRE(listing.servers.size() == 2);
  CHECK(listing.servers[0].pid == first.pid());
  CHECK(listing.servers[1].pid == second.pid());
  first.check_same(listing);
  second.check_same(listing);

  second.stop();
  driver.lister.configure(
      settings_for({first.path(), second.path()}, std::chrono::milliseconds(50)));
  CHECK(fault_of(driver.list()) == "timeout");
}

TEST_CASE("a socket behind a path of more than 107 bytes is reached") {
  TemporaryFolder folder;
  const std::string deep = folder / std::string(120, 'd');
  fs::create_directory(deep);
  const auto server = TmuxServer::in_folder(deep, "default");
  server.add_sessions({"kube-coder-a"});
  REQUIRE(server.path().size() > 107);
  Driver driver(settings_for({server.path()}));
  const Listing listing = driver.list();
  CHECK(listing.live == 1);
  server.check_same(listing);
}

TEST_CASE("a deleted socket file is unknown, and known again when the server remakes it") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(settings_for({server.path()}));
  CHECK(driver.list().live == 1);
  fs::remove(server.path());
  CHECK(fault_of(driver.list()) == "vanished");
  server.send_signal(SIGUSR1);
  while (!driver.list().known()) CHECK(fault_of(driver.listings.back()) == "vanished");
  // Between its bind() and its listen() the server refuses.
  while (driver.list().live != 1) CHECK(driver.listings.back().known());
  server.check_same(driver.listings.back());
}

}  // namespace
}  // namespace taskgate::tmux
