// What stands at the configured paths.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/local/datagram_protocol.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "driver.h"
#include "fake_server.h"
#include "frames.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux/lister.h"

namespace taskgate::tmux {
namespace {

using namespace testing;
namespace fs = std::filesystem;

const std::string kOne = answer("7 $4 1 kube-coder-a\n");

Listing list_once(const std::string& path) {
  Driver driver(settings_for({path}));
  return driver.list();
}

// A socket file as a tmux server leaves it when it ends.
void make_stale_socket(const std::string& path, int type = SOCK_STREAM) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.data(), path.size());
  const int descriptor = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(descriptor);
}

// What the log got while the object lived.
class LogLines {
 public:
  LogLines() {
    REQUIRE(::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) == 0);
    log::set_descriptor(ends_[1]);
  }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  ~LogLines() {
    log::set_descriptor(STDOUT_FILENO);
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  std::string take() {
    std::string text(4096, '\0');
    const auto size = ::read(ends_[0], text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

 private:
  int ends_[2];
};

void check_zero(const Listing& listing) {
  CHECK(fault_of(listing) == "known");
  CHECK(listing.sessions.empty());
  CHECK(listing.live == 0);
}

TEST_CASE("a socket that is not there is a known zero while its folder is") {
  TemporaryFolder folder;
  const Listing listing = list_once(folder / "default");
  check_zero(listing);
  REQUIRE(listing.servers.size() == 1);
  CHECK(listing.servers[0].inode == 0);
  CHECK(listing.servers[0].pid == 0);
}

TEST_CASE("a missing folder is a known zero while the one above is there") {
  TemporaryFolder folder;
  check_zero(list_once(folder / "tmux-1000/default"));
  check_zero(list_once(folder / "tmux-1000/"));
}

// A gate with another uid than its tmux server's looks at a folder that is never made. It counted
// no sessions.
TEST_CASE("a missing folder is no zero while another user's stands beside it") {
  TemporaryFolder folder;
  fs::create_directories(folder / "tmux-1000");
  const Listing listing = list_once(folder / "tmux-1001/default");
  CHECK(fault_of(listing) == "folder_missing");
  CHECK(listing.detail.find(folder / "tmux-1000") != std::string::npos);
  CHECK(fault_of(list_once(folder / "tmux-1001/")) == "folder_missing");
  fs::create_directories(folder / "tmux-1001");
  check_zero(list_once(folder / "tmux-1001/default"));
}

TEST_CASE("what only looks like another user's folder leaves a missing one a known zero") {
  TemporaryFolder folder;
  std::ofstream(folder / "tmux-1000") << "x";
  fs::create_directories(folder / "tmux-");
  fs::create_directories(folder / "tmux-1000x");
  fs::create_directories(folder / "other");
  check_zero(list_once(folder / "tmux-1001/default"));
  fs::create_directories(folder / "tmux-1002");
  check_zero(list_once(folder / "sockets/default"));
}

TEST_CASE("two missing folders are a fault") {
  TemporaryFolder folder;
  const Listing listing = list_once(folder / "volume/tmux-1000/default");
  CHECK(fault_of(listing) == "folder_missing");
  CHECK(listing.detail.find(folder / "volume/tmux-1000/default") != std::string::npos);
}

TEST_CASE("of several sockets that are not there each is looked at") {
  TemporaryFolder folder;
  Driver one_without_folder(settings_for({folder / "s", folder / "x/y/s"}));
  CHECK(fault_of(one_without_folder.list()) == "folder_missing");
  Driver driver(settings_for({folder / "s", folder / "t"}));
  CHECK(driver.list().servers.size() == 2);
  check_zero(driver.listings.back());
}

TEST_CASE("a stale socket is a known zero") {
  TemporaryFolder folder;
  make_stale_socket(folder / "s");
  const Listing listing = list_once(folder / "s");
  check_zero(listing);
  CHECK(listing.servers.at(0).inode != 0);
}

TEST_CASE("another kind of file is no socket") {
  TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  make_stale_socket(folder / "stale-datagram", SOCK_DGRAM);
  CHECK(fault_of(list_once(folder / "file")) == "not_a_socket");
  CHECK(fault_of(list_once(folder / "fifo")) == "not_a_socket");
  CHECK(fault_of(list_once("/dev/null")) == "not_a_socket");
  check_zero(list_once(folder / "stale-datagram"));
}

TEST_CASE("a datagram socket is no tmux socket") {
  TemporaryFolder folder;
  asio::io_context loop{1};
  const asio::local::datagram_protocol::endpoint endpoint(folder / "s");
  const asio::local::datagram_protocol::socket socket(loop, endpoint);
  CHECK(fault_of(list_once(folder / "s")) == "not_a_socket");
}

TEST_CASE("a file in the place of a folder is a fault") {
  TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  const Listing listing = list_once(folder / "file/default");
  CHECK(fault_of(listing) == "folder_missing");
  CHECK(listing.detail.find("is no folder") != std::string::npos);
}

TEST_CASE("a link that leads in a circle is a fault") {
  TemporaryFolder folder;
  fs::create_symlink(folder / "s", folder / "s");
  CHECK(fault_of(list_once(folder / "s")) == "system_error");
}

TEST_CASE("no configured socket is a fault, never a zero") {
  Driver none(settings_for({}));
  CHECK(fault_of(none.list()) == "folder_missing");
  CHECK(fault_of(list_once("")) == "folder_missing");
}

TEST_CASE("a link to a socket is followed") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "link"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  fs::create_symlink(folder / "s", folder / "link");
  CHECK(driver.list().live == 1);
}

TEST_CASE("paths of any length lead to their socket") {
  for (const std::size_t length : {107UL, 108UL, 109UL, 200UL, 1000UL}) {
    CAPTURE(length);
    TemporaryFolder folder;
    std::string path = folder.path();
    while (path.size() + 52 < length) path.append("/").append(49, 'd');
    fs::create_directories(path);
    path.append("/").append(length - path.size(), 's');
    REQUIRE(path.size() == length);
    Driver driver(settings_for({path}));
    FakeServer server(driver.loop, folder / "s", answering(kOne));
    fs::rename(folder / "s", path);
    const Listing listing = driver.list();
    CHECK(fault_of(listing) == "known");
    CHECK(listing.live == 1);
    CHECK(listing.servers.at(0).path == path);

    server.stop_listening();
    check_zero(driver.list());
  }
}

TEST_CASE("a name too long for any connect is a fault that says so") {
  TemporaryFolder folder;
  const std::string path = folder / std::string(150, 's');
  make_stale_socket(folder / "s");
  fs::rename(folder / "s", path);
  const Listing listing = list_once(path);
  CHECK(fault_of(listing) == "system_error");
  CHECK(listing.detail.find("File name too long") != std::string::npos);
}

TEST_CASE("a folder stands for every socket in it, found anew at each listing") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder.path()}));
  CHECK(driver.list().servers.empty());
  check_zero(driver.listings.back());

  FakeServer second(driver.loop, folder / "b", answering(answer("9 $1 3 kube-coder-b\n")));
  std::ofstream(folder / "b.lock") << "";
  std::ofstream(folder / "file") << "x";
  fs::create_directory(folder / "folder");
  make_stale_socket(folder / "c");
  make_stale_socket(folder / "d.lock");
  CHECK(names_of(driver.list()) == std::vector<std::string>{"kube-coder-b"});

  FakeServer first(driver.loop, folder / "a", answering(kOne));
  const Listing listing = driver.list();
  CHECK(names_of(listing) == std::vector<std::string>{"kube-coder-a", "kube-coder-b"});
  REQUIRE(listing.servers.size() == 3);
  CHECK(listing.servers[0].path == folder / "a");
  CHECK(listing.servers[1].path == folder / "b");
  CHECK(listing.servers[2].path == folder / "c");
}

// tmux.socket set to what TMUX_TMPDIR is: the sockets are one folder below. It counted no sessions.
TEST_CASE("a folder that holds tmux's own folder and no socket is not that of the sockets") {
  TemporaryFolder folder;
  fs::create_directories(folder / "tmux-4711");
  Driver driver(settings_for({folder.path()}));
  CHECK(fault_of(driver.list()) == "not_a_socket");
  CHECK(driver.listings.back().detail.find("no socket, but " + folder / "tmux-4711") !=
        std::string::npos);
  CHECK(fault_of(list_once(folder / "")) == "not_a_socket");

  FakeServer server(driver.loop, folder / "s", answering(kOne));
  CHECK(driver.list().live == 1);
}

TEST_CASE("one folder that is not that of the sockets makes the whole unknown") {
  TemporaryFolder folder;
  fs::create_directories(folder / "volume/tmux-1000");
  Driver driver(settings_for({folder / "s", folder / "volume"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  CHECK(fault_of(driver.list()) == "not_a_socket");
}

TEST_CASE("a folder with more sockets than can be meant is a fault") {
  TemporaryFolder folder;
  for (int number = 0; number < 257; ++number) make_stale_socket(folder / std::to_string(number));
  const Listing listing = list_once(folder.path());
  CHECK(fault_of(listing) == "system_error");
  CHECK(listing.detail.find("more than 256 sockets") != std::string::npos);
  fs::remove(folder / "0");
  check_zero(list_once(folder.path()));
}

TEST_CASE("one socket by several paths is counted once") {
  TemporaryFolder folder;
  fs::create_symlink(folder / "s", folder / "link");
  Driver driver(settings_for({folder / "s", folder / "link", folder.path(), folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  const Listing listing = driver.list();
  CHECK(listing.live == 1);
  CHECK(listing.servers.size() == 1);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a socket file that vanishes is unknown for tmux.hold, then zero with one warning") {
  const bool in_folder = GENERATE(false, true);
  CAPTURE(in_folder);
  LogLines log_lines;
  TemporaryFolder folder;
  auto settings = settings_for({in_folder ? folder.path() : folder / "s"});
  Driver driver(settings);
  auto server = std::make_unique<FakeServer>(driver.loop, folder / "s", answering(kOne));
  CHECK(driver.list().live == 1);

  fs::remove(folder / "s");
  CHECK(fault_of(driver.list()) == "vanished");
  CHECK(driver.listings.back().detail.find(folder / "s") != std::string::npos);
  CHECK(fault_of(driver.list()) == "vanished");
  CHECK(log_lines.take().empty());

  settings.hold = Duration::zero();
  driver.lister.configure(settings);
  check_zero(driver.list());
  const std::string line = log_lines.take();
  CHECK(line.find("\"level\":\"warning\",\"event\":\"tmux_socket_vanished\"") != std::string::npos);
  CHECK(line.find(folder / "s") != std::string::npos);
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);

  settings.hold = std::chrono::seconds(10);
  driver.lister.configure(settings);
  check_zero(driver.list());
  CHECK(log_lines.take().empty());
}

TEST_CASE("a socket file that comes back is known again and can vanish again") {
  TemporaryFolder folder;
  Driver driver(settings_for({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  driver.list();
  for (int again = 0; again < 2; ++again) {
    fs::rename(folder / "s", folder / "away");
    CHECK(fault_of(driver.list()) == "vanished");
    fs::rename(folder / "away", folder / "s");
    CHECK(driver.list().live == 1);
  }
}

TEST_CASE("tmux.hold counts from the last time that the file vanished") {
  TemporaryFolder folder;
  auto settings = settings_for({folder / "s"});
  settings.hold = std::chrono::milliseconds(1);
  Driver driver(settings);
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  driver.list();
  fs::rename(folder / "s", folder / "away");
  const Listing first = driver.list();
  CHECK(fault_of(first) == "vanished");
  fs::rename(folder / "away", folder / "s");
  CHECK(driver.list().live == 1);
  fs::rename(folder / "s", folder / "away");
  while (Clock::now() - first.began < settings.hold) std::this_thread::yield();
  CHECK(fault_of(driver.list()) == "vanished");
}

TEST_CASE("another kind of file that goes away has been no socket") {
  TemporaryFolder folder;
  std::ofstream(folder / "s") << "x";
  Driver driver(settings_for({folder / "s"}));
  CHECK(fault_of(driver.list()) == "not_a_socket");
  fs::remove(folder / "s");
  check_zero(driver.list());
}

TEST_CASE("a folder that vanishes with its sockets is no zero") {
  TemporaryFolder folder;
  fs::create_directories(folder / "volume/tmux-1");
  Driver driver(settings_for({folder / "volume/tmux-1"}));
  FakeServer server(driver.loop, folder / "volume/tmux-1/s", answering(kOne));
  CHECK(driver.list().live == 1);
  fs::rename(folder / "volume/tmux-1", folder / "away");
  CHECK(fault_of(driver.list()) == "vanished");
  fs::rename(folder / "volume", folder / "gone");
  CHECK(fault_of(driver.list()) == "folder_missing");
}

}  // namespace
}  // namespace taskgate::tmux
