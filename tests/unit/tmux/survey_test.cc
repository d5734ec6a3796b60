// What belongs to a socket that the gate looks at, by its path and by its file; the listeners are
// made up, the folders are there.
#include "tmux/survey.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "temporary_folder.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

constexpr std::uint64_t kNoSuchInode = 0xffffffff;

Listener bound_to(std::string path, std::uint64_t device, std::uint64_t inode = kNoSuchInode) {
  return {.socket = 1,
          .path = std::move(path),
          .file = BoundFile{device, static_cast<std::uint32_t>(inode)},
          .backlog = 5};
}

// Whether it is an orphan of the socket at `ours`, where no file is.
bool belongs(const Listener& listener, const std::string& ours) {
  return survey({listener}, {ours}, {{.path = ours}}).sockets[0].orphan.has_value();
}

TEST_CASE("a relative path belongs where the socket's path ends so, on its device") {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder / "tmux-1");
  const std::string ours = folder / "tmux-1/s";
  const std::uint64_t device = look_at(folder.path()).device;
  for (const char* path : {"s", "tmux-1/s", "./s", "../tmux-1/s", ".././../tmux-1/s"}) {
    CAPTURE(path);
    CHECK(belongs(bound_to(path, device), ours));
    CHECK_FALSE(belongs(bound_to(path, device + 1), ours));
  }
  for (const char* path : {"mux-1/s", "tmux-2/s", "tmux-1/t", "xs"}) {
    CAPTURE(path);
    CHECK_FALSE(belongs(bound_to(path, device), ours));
  }
  // Of a folder that is gone nobody knows the device.
  CHECK(belongs(bound_to("gone/s", device + 1), folder / "gone/s"));
}

TEST_CASE("a folder of the same name is the same one where only its volume can be elsewhere") {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder / "tmux-1");
  std::filesystem::create_directories(folder / "other/tmux-1");
  const std::string ours = folder / "tmux-1/s";
  const std::uint64_t device = look_at(folder.path()).device;
  CHECK(belongs(bound_to("/not/here/tmux-1/s", device), ours));
  CHECK_FALSE(belongs(bound_to("/not/here/tmux-1/s", device + 1), ours));
  CHECK_FALSE(belongs(bound_to("/not/here/tmux-2/s", device), ours));
  CHECK_FALSE(belongs(bound_to(folder / "other/tmux-1/s", device), ours));
  CHECK_FALSE(belongs(bound_to("/not/here/tmux-3/s", device), folder / "gone/tmux-3/s"));
}

TEST_CASE("a file is known by its number and its device") {
  TemporaryFolder folder;
  FileFacts file;
  file.kind = FileFacts::Kind::socket;
  file.device = 1;
  file.inode = 7;
  const auto shown = [&](const Listener& listener) {
    const LookedAt ours{.path = folder / "s", .file = file};
    return survey({listener}, {ours.path}, {ours}).sockets[0].shown.has_value();
  };
  CHECK(shown(bound_to("/elsewhere/x", 1, 7)));
  CHECK_FALSE(shown(bound_to("/elsewhere/x", 2, 7)));
  CHECK_FALSE(shown(bound_to("/elsewhere/x", 1, 8)));
  CHECK(shown(bound_to(folder / "s", 2, 7)));
  CHECK_FALSE(shown(bound_to(folder / "s", 2, 8)));
  file.kind = FileFacts::Kind::other;
  CHECK_FALSE(shown(bound_to("/elsewhere/x", 1, 7)));
}

TEST_CASE("without numbers a file leads to the first listener on its path, and the other is lost") {
  TemporaryFolder folder;
  LookedAt ours{.path = folder / "s"};
  ours.file.kind = FileFacts::Kind::socket;
  const Survey found = survey({{.socket = 1, .path = ours.path}, {.socket = 2, .path = ours.path}},
                              {ours.path}, {ours});
  CHECK(found.sockets[0].shown == 1);
  CHECK(found.sockets[0].orphan == ours.path);
}

TEST_CASE("what listens beside ours may be a tmux, whatever its queue, and is not named") {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder / "tmux-1");
  std::filesystem::create_directory(folder / "tmux-2");
  std::filesystem::create_symlink(folder / "tmux-2/s", folder / "tmux-1/link");
  const LookedAt ours{.path = folder / "tmux-1/link"};
  const std::uint64_t device = look_at(folder.path()).device;
  for (const char* beside : {"tmux-1/x", "tmux-2/x"}) {
    CAPTURE(beside);
    const Survey found = survey({bound_to(folder / beside, device)}, {ours.path}, {ours});
    CHECK(found.maybe_tmux);
    CHECK_FALSE(found.other_tmux);
  }
}

TEST_CASE("a newcomer in a configured folder is one whose own socket stands there") {
  TemporaryFolder folder;
  asio::io_context loop{1};
  const asio::local::stream_protocol::acceptor acceptor(loop, {folder / "s"});
  std::ofstream(folder / "file") << "x";
  const auto comes = [&](const std::string& name, std::uint64_t inode_more) {
    const FileFacts file = look_at(folder / name);
    const Survey found = survey({bound_to(folder / name, file.device, file.inode + inode_more)},
                                {folder.path()}, {});
    CHECK(found.orphan_in_folder == folder / name);
    return found.newcomer;
  };
  CHECK(comes("s", 0));
  CHECK_FALSE(comes("s", 1));
  CHECK_FALSE(comes("file", 0));
  CHECK_FALSE(comes("missing", 0));
}

TEST_CASE("a listener that was found at a socket belongs to it wherever its path is") {
  TemporaryFolder folder;
  const LookedAt ours{.path = folder / "s", .file = {}, .last_socket = 1};
  CHECK(survey({bound_to("/elsewhere/x", 1)}, {ours.path}, {ours}).sockets[0].orphan);
  const LookedAt other{.path = folder / "s", .file = {}, .last_socket = 2};
  CHECK_FALSE(survey({bound_to("/elsewhere/x", 1)}, {other.path}, {other}).sockets[0].orphan);
}

}  // namespace
}  // namespace taskgate::tmux
