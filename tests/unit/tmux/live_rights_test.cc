// A real tmux server that belongs to another user. These cases become uid 65534 in a child: run
// them as root.
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux_server.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

constexpr uid_t kNobody = 65534;

// In the child: "FAULT|DETAIL" or "known|LIVE" of one listing.
std::string describe_listing(const std::string& path) {
  std::string text = "no listing";
  asio::io_context loop{1};
  Lister lister(loop, settings_for({path}), [&](const Listing& listing) {
    text =
        fault_of(listing) + "|" + (listing.known() ? std::to_string(listing.live) : listing.detail);
  });
  lister.begin();
  loop.run();
  return text;
}

[[noreturn]] void list_and_exit(const std::string& path, int output) {
  const bool dropped = ::setgroups(0, nullptr) == 0 &&
                       ::setresgid(kNobody, kNobody, kNobody) == 0 &&
                       ::setresuid(kNobody, kNobody, kNobody) == 0;
  const std::string text = dropped ? describe_listing(path) : "the rights could not be dropped";
  static_cast<void>(!::write(output, text.data(), text.size()));
  ::_exit(0);
}

std::string list_as_nobody(const std::string& path) {
  INFO("this test becomes another user: it must be run as root");
  REQUIRE(::geteuid() == 0);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) list_and_exit(path, ends[1]);
  ::close(ends[1]);
  std::string text(4096, '\0');
  const auto size = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  REQUIRE(size > 0);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

struct Rights {
  Rights() { server.add_sessions({"kube-coder-a"}); }
  ~Rights() {
    Driver driver(settings_for({server.path()}));
    server.check_same(driver.list());
  }
  Rights(const Rights&) = delete;
  Rights& operator=(const Rights&) = delete;

  void set(mode_t folder_mode, mode_t socket_mode) const {
    REQUIRE(::chmod(folder.path().c_str(), folder_mode) == 0);
    REQUIRE(::chmod(server.path().c_str(), socket_mode) == 0);
  }

  TemporaryFolder folder;
  TmuxServer server{folder / "s"};
};

TEST_CASE("a folder without search rights is permission_denied") {
  const Rights rights;
  rights.set(0700, 0666);
  CHECK(list_as_nobody(rights.server.path()) ==
        "permission_denied|tmux socket " + rights.server.path() +
            ": stat is not permitted to uid 65534; run taskgate with the uid of the tmux server, "
            "or check the rights of the socket and of its folders");
}

TEST_CASE("a socket without write rights is permission_denied") {
  const Rights rights;
  rights.set(0755, 0600);
  CHECK(list_as_nobody(rights.server.path()) ==
        "permission_denied|tmux socket " + rights.server.path() +
            ": connect is not permitted to uid 65534; run taskgate with the uid of the tmux "
            "server, or check the rights of the socket and of its folders");
}

TEST_CASE("a folder of sockets that cannot be read is permission_denied") {
  const Rights rights;
  rights.set(0711, 0666);
  const std::string text = list_as_nobody(rights.folder.path());
  CHECK(text.find("permission_denied|tmux socket " + rights.folder.path() + ": opendir") == 0);
}

TEST_CASE("a server's access list says no, yes, and only to look") {
  const Rights rights;
  rights.set(0755, 0666);
  const std::string& path = rights.server.path();
  CHECK(list_as_nobody(path).find("access_denied|tmux socket " + path +
                                  ": the server does not serve uid 65534: it said \"access not "
                                  "allowed\"") == 0);
  rights.server.tmux({"server-access", "-a", "nobody"});
  CHECK(list_as_nobody(path) == "known|1");
  rights.server.tmux({"server-access", "-r", "nobody"});
  CHECK(list_as_nobody(path).find("access_denied|") == 0);
}

}  // namespace
}  // namespace taskgate::tmux
