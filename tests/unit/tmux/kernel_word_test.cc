// When the kernel is asked, and what its word is worth; who listens is made up, or read while the
// test's own servers come and go.
#include <sys/sysmacros.h>

#include <filesystem>
#include <memory>

#include "driver.h"
#include "fake_server.h"
#include "frames.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux/socket_file.h"

namespace taskgate::tmux {
namespace {

using namespace testing;
namespace fs = std::filesystem;

const std::string kOne = answer("7 $4 1 kube-coder-a\n");
const std::string kOther = answer("8 $0 1 kube-coder-b\n");

// A table that a test fills, and how often it was asked for.
struct Kernel {
  ListenerTable table{.available = true, .listeners = {}};
  std::function<void()> meanwhile;
  int asked = 0;

  ListerSettings settings(std::vector<std::string> sockets) {
    ListerSettings made = settings_for(std::move(sockets));
    made.shares_namespace = true;
    made.listeners = [this] {
      ++asked;
      if (meanwhile) std::exchange(meanwhile, nullptr)();
      return table;
    };
    return made;
  }

  // As the kernel shows a server that is bound to the file there; its number is the file's.
  void show(const std::string& path, const std::string& bound = "") {
    const FileFacts facts = look_at(path);
    REQUIRE(facts.kind == FileFacts::Kind::socket);
    const auto inode = static_cast<std::uint32_t>(facts.inode);
    table.listeners.push_back({.socket = inode,
                               .path = bound.empty() ? path : bound,
                               .file = BoundFile{facts.device, inode},
                               .backlog = 128});
  }
  // ... and one whose file is not there.
  void show_orphan(const std::string& bound, std::uint64_t device = 1) {
    table.listeners.push_back(
        {.socket = 1, .path = bound, .file = BoundFile{device, 0xffffffff}, .backlog = 128});
  }
};

TEST_CASE("the kernel is asked about a server once, and again when another one answers") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  FakeServer server(driver.loop, folder / "s",
                    answering_in_turn({kOne, kOne, exit_frame(0), kOne, kOther, kOther}));
  kernel.show(folder / "s");
  for (int listing = 0; listing < 4; ++listing) CHECK(driver.list().known());
  CHECK(kernel.asked == 1);
  driver.list();
  driver.list();
  CHECK(kernel.asked == 2);
}

TEST_CASE("the kernel is asked before each zero, and where others are asked for") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  for (int listing = 1; listing < 4; ++listing) {
    CHECK(driver.list().other == OtherTmux::none);
    CHECK(kernel.asked == listing);
  }
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  kernel.show(folder / "s");
  driver.list();
  const int before = kernel.asked;
  CHECK(driver.list().other == OtherTmux::unknown);
  CHECK(kernel.asked == before);
  driver.lister.begin(true);
  driver.run_until([&] { return driver.listings.back().other == OtherTmux::none; });
  CHECK(kernel.asked == before + 1);
}

TEST_CASE("the kernel is asked when something came or went in a configured folder, and only then") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder.path()}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  kernel.show(folder / "s");
  driver.list();
  const int before = kernel.asked;
  driver.list();
  CHECK(kernel.asked == before);
  // The kernel's clock for files goes in steps.
  const std::int64_t changed = look_at(folder.path()).changed_ns;
  while (look_at(folder.path()).changed_ns == changed) {
    fs::create_directory(folder / "x");
    fs::remove(folder / "x");
  }
  driver.list();
  CHECK(kernel.asked == before + 1);
  driver.list();
  CHECK(kernel.asked == before + 1);
}

TEST_CASE("a socket that is gone from a folder for good is looked at no more") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder.path()}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  kernel.show(folder / "s");
  CHECK(driver.list().live == 1);
  server.stop_listening();
  fs::remove(folder / "s");
  kernel.table.listeners.clear();
  CHECK(driver.list().known());
  CHECK(driver.listings.back().servers.size() == 1);
  CHECK(driver.list().known());
  CHECK(driver.listings.back().servers.empty());
}

TEST_CASE("what was found wrong is asked for again until it is mended") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  kernel.show_orphan(folder / "s", look_at(folder / "s").device);
  kernel.show(folder / "s");
  CHECK(fault_of(driver.list()) == "socket_replaced");
  CHECK(fault_of(driver.list()) == "socket_replaced");
  kernel.table.listeners.erase(kernel.table.listeners.begin());
  CHECK(driver.list().live == 1);
  const int before = kernel.asked;
  CHECK(driver.list().live == 1);
  CHECK(kernel.asked == before);
}

TEST_CASE(
    "while the table is not to be had for want of means no zero and no new server is believed") {
  TemporaryFolder folder;
  const bool as_folder = GENERATE(true, false);
  CAPTURE(as_folder);
  Kernel kernel;
  Driver driver(kernel.settings({as_folder ? folder.path() : folder / "s"}));
  kernel.table = {.short_of = ENFILE};
  const Listing nobody = driver.list();
  CHECK(fault_of(nobody) == "system_error");
  CHECK(nobody.detail.find("who listens failed: Too many open files") != std::string::npos);
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  CHECK(fault_of(driver.list()) == "system_error");
  kernel.table = {.available = true};
  kernel.show(folder / "s");
  CHECK(driver.list().live == 1);
  kernel.table = {.short_of = ENFILE};
  driver.lister.begin(true);
  driver.run_until([&] { return driver.listings.size() == 4; });
  CHECK(driver.listings.back().live == 1);
}

// A server that makes its socket anew between the look at the path and the look at the table would
// else have been counted as none.
TEST_CASE("a server that appears while the kernel is asked is asked itself") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  std::unique_ptr<FakeServer> server;
  kernel.meanwhile = [&] {
    server = std::make_unique<FakeServer>(driver.loop, folder / "s", answering(kOne));
    kernel.show(folder / "s");
  };
  CHECK(driver.list().live == 1);
}

TEST_CASE("a socket that is never at rest is not counted") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  FakeServer one(driver.loop, folder / "s", answering(kOne));
  FakeServer other(driver.loop, folder / "t", answering(kOther));
  const auto swap = [&] {
    fs::rename(folder / "s", folder / "u");
    fs::rename(folder / "t", folder / "s");
    fs::rename(folder / "u", folder / "t");
  };
  kernel.meanwhile = [&] {
    swap();
    kernel.meanwhile = swap;
  };
  CHECK(fault_of(driver.list()) == "socket_replaced");
}

TEST_CASE("a server that the table does not show is in another namespace, as are all others") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  const Listing listing = driver.list();
  CHECK(listing.live == 1);
  CHECK(listing.other == OtherTmux::unknown);
  fs::remove(folder / "s");
  CHECK(fault_of(driver.list()) == "vanished");
}

TEST_CASE("an empty table is believed only where the server is known to be in our namespace") {
  TemporaryFolder folder;
  Kernel kernel;
  ListerSettings settings = kernel.settings({folder / "x/y/default"});
  Driver driver(settings);
  CHECK(driver.list().known());
  settings.shares_namespace = false;
  driver.lister.configure(settings);
  CHECK(fault_of(driver.list()) == "folder_missing");
  kernel.show_orphan("/run/something");
  CHECK(driver.list().known());
}

TEST_CASE("a file system that tells the kernel another device than stat() hides no server") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  kernel.show(folder / "s");
  kernel.table.listeners[0].file->device = ::makedev(0, 4711);
  CHECK(driver.list().live == 1);
  CHECK(driver.list().live == 1);
}

TEST_CASE("a volume that is mounted elsewhere in the server's container is the same volume") {
  TemporaryFolder folder;
  fs::create_directory(folder / "tmux-1");
  Kernel kernel;
  Driver driver(kernel.settings({folder / "tmux-1/default"}));
  auto server =
      std::make_unique<FakeServer>(driver.loop, folder / "tmux-1/default", answering(kOne));
  kernel.show(folder / "tmux-1/default", "/not/here/tmux-1/default");
  CHECK(driver.list().live == 1);
  fs::remove(folder / "tmux-1/default");
  CHECK(fault_of(driver.list()) == "socket_deleted");
  CHECK(driver.listings.back().detail.find("(bound to /not/here/tmux-1/default)") !=
        std::string::npos);
  // A gate that has never seen it knows it by its volume.
  Driver later(kernel.settings({folder / "tmux-1/default"}));
  CHECK(fault_of(later.list()) == "socket_deleted");
}

// The containers of a pod have one table, and each may have a folder of this name.
TEST_CASE(
    "beside our server one that is bound to the same path in another container is no orphan") {
  TemporaryFolder folder;
  const bool as_folder = GENERATE(true, false);
  const bool other_first = GENERATE(true, false);
  CAPTURE(as_folder, other_first);
  Kernel kernel;
  Driver driver(kernel.settings({as_folder ? folder.path() : folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  const std::uint64_t device = look_at(folder / "s").device;
  if (other_first) kernel.show_orphan(folder / "s", device + 1);
  kernel.show(folder / "s");
  if (!other_first) kernel.show_orphan(folder / "s", device + 1);
  const Listing listing = driver.list();
  CHECK(listing.live == 1);
  CHECK(fault_of(listing) == "known");
  // Where none of ours is reached it may be the one that is meant.
  server.stop_listening();
  kernel.table.listeners.erase(kernel.table.listeners.begin() + (other_first ? 1 : 0));
  CHECK_FALSE(driver.list().known());
}

TEST_CASE("what listens elsewhere may be a tmux by its path or by its queue") {
  struct Row {
    std::string path;
    std::uint32_t backlog;
    OtherTmux other;
  };
  const Row row = GENERATE(values<Row>({
      {"/run/tmux-1000/default", 5, OtherTmux::some},
      {"/run/mine/s", 128, OtherTmux::some},
      {"/run/mine/s", 4096, OtherTmux::none},
      {"/run/tmux-x/default", 5, OtherTmux::none},
      {"tmux-1000/default", 5, OtherTmux::none},
  }));
  CAPTURE(row.path, row.backlog);
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "s"}));
  FakeServer server(driver.loop, folder / "s", answering(kOne));
  kernel.show(folder / "s");
  kernel.show_orphan(row.path);
  kernel.table.listeners.back().backlog = row.backlog;
  const Listing listing = driver.list();
  CHECK(listing.live == 1);
  CHECK(listing.other == row.other);
}

TEST_CASE("where none of ours listens, a tmux elsewhere is named, the first by path") {
  TemporaryFolder folder;
  Kernel kernel;
  Driver driver(kernel.settings({folder / "x/y/default"}));
  kernel.show_orphan("/run/tmux-2/default");
  kernel.show_orphan("/run/tmux-1/default");
  kernel.show_orphan("/run/other");
  const Listing listing = driver.list();
  CHECK(fault_of(listing) == "another_server");
  CHECK(listing.detail.find("the upstream's tmux listens on /run/tmux-1/default, ") == 0);
  CHECK(listing.detail.find("set tmux.socket") != std::string::npos);
}

TEST_CASE("where sessions were counted, a tmux elsewhere makes no zero doubtful") {
  TemporaryFolder folder;
  fs::create_directory(folder / "x");
  Kernel kernel;
  Driver driver(kernel.settings({folder / "x/tmux-1/default"}));
  kernel.show_orphan("/run/tmux-2/default");
  CHECK(fault_of(driver.list()) == "another_server");
  fs::create_directory(folder / "x/tmux-1");
  FakeServer server(driver.loop, folder / "x/tmux-1/default", answering(kOne));
  kernel.show(folder / "x/tmux-1/default");
  CHECK(driver.list().live == 1);
  fs::remove(folder / "x/tmux-1/default");
  kernel.table.listeners.pop_back();
  CHECK(driver.list().live == 0);
  CHECK(driver.listings.back().known());
  SECTION("unless its folder is gone, where tmux would make another one") {
    fs::remove_all(folder / "x");
    CHECK(fault_of(driver.list()) == "another_server");
  }
  SECTION("unless others count by now") {
    driver.lister.configure(kernel.settings({folder / "x/tmux-3/default"}));
    CHECK(fault_of(driver.list()) == "another_server");
  }
}

TEST_CASE("another server in a folder that is looked at, or not by tmux's own path, is no other") {
  TemporaryFolder folder;
  fs::create_directory(folder / "tmux-1");
  Kernel kernel;
  Driver driver(kernel.settings({folder / "tmux-1/default"}));
  kernel.show_orphan(folder / "tmux-1/second");
  kernel.show_orphan("/run/agent");
  CHECK(driver.list().known());
  CHECK(driver.listings.back().live == 0);
  CHECK(driver.listings.back().other == OtherTmux::some);
}

}  // namespace
}  // namespace taskgate::tmux
