// The kernel's table, by both ways.
#include "tmux/listeners.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "fake_server.h"
#include "support/catch.h"
#include "temporary_folder.h"
#include "tmux/socket_file.h"

namespace taskgate::tmux {
namespace {

using namespace testing;

const Listener* at(const std::vector<Listener>& listeners, const std::string& path) {
  const auto found = std::ranges::find(listeners, path, &Listener::path);
  return found == listeners.end() ? nullptr : &*found;
}

TEST_CASE("both ways show a listener under its number, and netlink its file") {
  TemporaryFolder folder;
  asio::io_context loop{1};
  const std::string path = folder / "a b";
  FakeServer server(loop, path, silent());
  const ListenerTable asked = read_listeners();
  const ListenerTable read = read_proc_net_unix();
  REQUIRE(asked.available);
  REQUIRE(read.available);
  const Listener* const one = at(asked.listeners, path);
  const Listener* const other = at(read.listeners, path);
  REQUIRE(one != nullptr);
  REQUIRE(other != nullptr);
  CHECK(one->socket == other->socket);
  REQUIRE(one->file);
  CHECK(one->file->device == look_at(path).device);
  CHECK(one->file->inode == static_cast<std::uint32_t>(look_at(path).inode));
  CHECK_FALSE(other->file);

  server.stop_listening();
  CHECK(at(read_listeners().listeners, path) == nullptr);
  CHECK(at(read_proc_net_unix().listeners, path) == nullptr);
}

TEST_CASE("a listener whose file was deleted is still shown, with the file that it had") {
  TemporaryFolder folder;
  asio::io_context loop{1};
  const std::string path = folder / "s";
  FakeServer server(loop, path, silent());
  const auto inode = static_cast<std::uint32_t>(look_at(path).inode);
  std::filesystem::remove(path);
  const ListenerTable table = read_listeners();
  REQUIRE(at(table.listeners, path) != nullptr);
  CHECK(at(table.listeners, path)->file->inode == inode);
}

TEST_CASE("of /proc/net/unix only listening stream sockets with a path are taken") {
  const auto listeners = parse_proc_net_unix(
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01  4711 /tmp/with space\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 123456 relative\n"
      "0000000000000000: 00000003 00000000 00000000 0001 03 47 /tmp/accepted\n"
      "0000000000000000: 00000002 00000000 00010000 0005 01 48 /tmp/seqpacket\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 49 @abstract\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 50\n"
      "0000000000000000: 00000002\n"
      "\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 51 /cut");
  REQUIRE(listeners.size() == 3);
  CHECK(listeners[0].path == "/tmp/with space");
  CHECK(listeners[0].socket == 4711);
  CHECK(listeners[1].path == "relative");
  CHECK(listeners[2].path == "/cut");
  CHECK(parse_proc_net_unix("").empty());
}

}  // namespace
}  // namespace taskgate::tmux
