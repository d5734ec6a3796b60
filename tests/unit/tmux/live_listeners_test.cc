// Real tmux servers whose socket files go, while the servers and their sessions live on. By
// netlink, and by /proc/net/unix as where that is refused.
#include <signal.h>

#include <filesystem>
#include <memory>

#include "driver.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux_server.h"

namespace taskgate::tmux {
namespace {

using namespace testing;
namespace fs = std::filesystem;

using Ask = ListenerTable (*)();

ListerSettings heard(std::vector<std::string> sockets, Ask ask = read_listeners) {
  ListerSettings settings = settings_for(std::move(sockets));
  settings.hold = Duration::zero();
  settings.listeners = ask;
  return settings;
}

Ask both_ways() {
  return GENERATE(values<Ask>({&read_listeners, &read_proc_net_unix}));
}

bool says(const Listing& listing, const std::string& text) {
  CAPTURE(listing.detail);
  return listing.detail.find(text) != std::string::npos;
}

// Two servers that are bound to one path. The first is ended first: its `kill-server` goes by the
// path.
struct Two {
  explicit Two(const std::string& path) : first(std::make_unique<TmuxServer>(path)) {
    first->add_sessions({"kube-coder-a"});
    fs::remove(path);
    second = std::make_unique<TmuxServer>(path);
    second->add_sessions({"kube-coder-b", "kube-coder-c"});
  }
  std::unique_ptr<TmuxServer> second;
  std::unique_ptr<TmuxServer> first;
};

// Ends the server, and returns when its sockets are gone; those of the other one stay.
void end(const TmuxServer& server, std::size_t sockets_left) {
  server.send_signal(SIGKILL);
  while (sockets_at(server.path()) > sockets_left) {
  }
}

TEST_CASE("a server whose socket file is deleted is unknown for as long as it listens") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(heard({server.path()}, ask));
  if (GENERATE(true, false))
    CHECK(driver.list().live == 1);  // else deleted while the gate was down
  fs::remove(server.path());
  for (int listing = 0; listing < 3; ++listing) {
    CHECK(fault_of(driver.list()) == "socket_deleted");
  }
  CHECK(says(driver.listings.back(), "tmux socket " + server.path() + ": "));
  CHECK(says(driver.listings.back(), "`kill -USR1 PID`"));
  server.send_signal(SIGUSR1);
  while (!driver.list().known()) CHECK(fault_of(driver.listings.back()).starts_with("socket_"));
  CHECK(driver.listings.back().live == 1);
  server.check_same(driver.listings.back());
}

TEST_CASE("a server that ended is a zero at once, though its file is gone too") {
  TemporaryFolder folder;
  ListerSettings settings = heard({folder / "s"});
  settings.hold = kPatience;
  Driver driver(settings);
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  CHECK(driver.list().live == 1);
  server.kill();
  fs::remove(folder / "s");
  CHECK(driver.list().known());
  CHECK(driver.listings.back().live == 0);
}

TEST_CASE("a socket file that is renamed is unknown until it is back") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(heard({server.path()}, ask));
  fs::rename(folder / "s", folder / "t");
  CHECK(fault_of(driver.list()) == "socket_deleted");
  fs::rename(folder / "t", folder / "s");
  CHECK(driver.list().live == 1);
}

TEST_CASE("a socket file that is renamed in a configured folder is still the server's") {
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(heard({folder.path()}));
  CHECK(driver.list().live == 1);
  fs::rename(folder / "s", folder / "t");
  CHECK(driver.list().live == 1);
  fs::rename(folder / "t", folder / "s");
}

TEST_CASE("a second server on the path is unknown until one of the two has ended") {
  const Ask ask = both_ways();
  const bool was_seen = GENERATE(true, false);
  TemporaryFolder folder;
  Driver driver(heard({folder / "s"}, ask));
  auto first = std::make_unique<TmuxServer>(folder / "s");
  first->add_sessions({"kube-coder-a"});
  if (was_seen) CHECK(driver.list().live == 1);
  fs::remove(folder / "s");
  TmuxServer second(folder / "s");
  second.add_sessions({"kube-coder-b", "kube-coder-c"});
  CHECK(fault_of(driver.list()) == "socket_replaced");
  CHECK(fault_of(driver.list()) == "socket_replaced");
  CHECK(says(driver.listings.back(), "hides the second one instead"));
  end(*first, 1);
  CHECK(driver.list().live == 2);
  second.check_same(driver.listings.back());
}

TEST_CASE("a second server without sessions is noticed by its socket file") {
  TemporaryFolder folder;
  Driver driver(heard({folder / "s"}));
  Two servers(folder / "s");
  servers.second->tmux({"kill-session", "-a", ";", "kill-session"});
  CHECK(fault_of(driver.list()) == "socket_replaced");
}

TEST_CASE("a second server that ends leaves the first one, which takes the path back by SIGUSR1") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  Driver driver(heard({folder / "s"}, ask));
  Two servers(folder / "s");
  end(*servers.second, 1);
  REQUIRE(fs::is_socket(folder / "s"));
  CHECK(fault_of(driver.list()) == "socket_replaced");
  CHECK(says(driver.listings.back(), "takes the path from nobody"));
  servers.first->send_signal(SIGUSR1);
  // Between the old file's end and the new one there is none: a listing may meet that moment.
  while (!driver.list().known()) {
    const std::string fault = fault_of(driver.listings.back());
    CHECK((fault == "socket_replaced" || fault == "socket_deleted"));
  }
  CHECK(driver.listings.back().live == 1);
}

TEST_CASE("one orphan among several sockets makes the whole unknown, and is the one named") {
  TemporaryFolder folder;
  TmuxServer one(folder / "one");
  TmuxServer two(folder / "two");
  one.add_sessions({"kube-coder-a"});
  two.add_sessions({"kube-coder-b"});
  Driver driver(heard({one.path(), two.path()}));
  CHECK(driver.list().live == 2);
  fs::remove(two.path());
  CHECK(fault_of(driver.list()) == "socket_deleted");
  CHECK(says(driver.listings.back(), two.path()));
  TmuxServer third(two.path());
  CHECK(fault_of(driver.list()) == "socket_replaced");
  CHECK(says(driver.listings.back(), two.path()));
  end(two, 1);
  CHECK(driver.list().live == 1);
}

TEST_CASE("an orphan of a configured folder is one, whether it was seen there or not") {
  const Ask ask = both_ways();
  const bool was_seen = GENERATE(true, false);
  const bool is_alone = GENERATE(true, false);
  TemporaryFolder folder;
  std::unique_ptr<TmuxServer> other;
  if (!is_alone) other = std::make_unique<TmuxServer>(folder / "other");
  TmuxServer server(folder / "s");
  server.add_sessions({"kube-coder-a"});
  Driver driver(heard({folder / ""}, ask));
  if (was_seen) CHECK(driver.list().live == 1);
  fs::remove(server.path());
  CHECK(fault_of(driver.list()) == "socket_deleted");
  CHECK(fault_of(driver.list()) == "socket_deleted");
  CHECK(says(driver.listings.back(), server.path()));
  server.send_signal(SIGUSR1);
  while (!driver.list().known()) CHECK(fault_of(driver.listings.back()).starts_with("socket_"));
  CHECK(driver.listings.back().live == 1);
}

TEST_CASE("a server that was orphaned between two listings of its folder is found by the folder") {
  TemporaryFolder folder;
  TmuxServer other(folder / "other");
  other.add_sessions({"kube-coder-a"});
  Driver driver(heard({folder.path()}));
  CHECK(driver.list().live == 1);
  TmuxServer server(folder / "s");
  fs::remove(server.path());
  CHECK(fault_of(driver.list()) == "socket_deleted");
}

TEST_CASE("a folder that is deleted with its sockets does not end their servers") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  fs::create_directory(folder / "tmux-1");
  TmuxServer server(folder / "tmux-1/default");
  const bool by_folder = GENERATE(true, false);
  Driver driver(heard({by_folder ? folder / "tmux-1" : server.path()}, ask));
  fs::remove_all(folder / "tmux-1");
  CHECK(fault_of(driver.list()) == "socket_deleted");
  fs::create_directory(folder / "tmux-1");
}

TEST_CASE("a server that was bound to a relative or a long path is known by its end") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  const std::string deep = folder / std::string(120, 'd');
  fs::create_directory(deep);
  const auto server = TmuxServer::in_folder(deep, GENERATE(values({"default", "./default"})));
  server.add_sessions({"kube-coder-a"});
  Driver driver(heard({deep + "/default"}, ask));
  if (GENERATE(true, false)) CHECK(driver.list().live == 1);
  fs::remove(deep + "/default");
  CHECK(fault_of(driver.list()) == "socket_deleted");
}

TEST_CASE("a path over links is the path that it leads to") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink(folder / "real", folder / "link");
  fs::create_symlink("real/s", folder / "file");
  TmuxServer server(folder / "real/s");
  const bool by_file = GENERATE(true, false);
  Driver driver(heard({by_file ? folder / "file" : folder / "link/s"}, ask));
  fs::remove(server.path());
  CHECK(fault_of(driver.list()) == "socket_deleted");
}

TEST_CASE("a link to a socket that is deleted does not end the server") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  TmuxServer server(folder / "s");
  fs::create_symlink(server.path(), folder / "link");
  Driver driver(heard({folder / "link"}, ask));
  CHECK(driver.list().known());
  fs::remove(folder / "link");
  CHECK(fault_of(driver.list()) == "socket_deleted");
  CHECK(says(driver.listings.back(), "(bound to " + server.path() + ")"));
}

TEST_CASE("the upstream's tmux on another path is named at once") {
  const Ask ask = both_ways();
  TemporaryFolder folder;
  fs::create_directory(folder / "tmux-7");
  const auto theirs = std::make_unique<TmuxServer>(folder / "tmux-7/default");
  const std::string ours = GENERATE(values<std::string>({"s", "tmux-8/default", "x/y/z/default"}));
  Driver driver(heard({folder / ours}, ask));
  CHECK(fault_of(driver.list()) == "another_server");
  CHECK(driver.listings.back().detail.find("the upstream's tmux listens on " + theirs->path()) ==
        0);
  fs::create_directories(fs::path(folder / ours).parent_path());
  TmuxServer server(folder / ours);
  server.add_sessions({"kube-coder-a"});
  CHECK(driver.list().live == 1);
}

}  // namespace
}  // namespace taskgate::tmux
