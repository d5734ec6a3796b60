// Which Unix sockets listen in this network namespace, as the kernel tells it: a server whose
// socket file was deleted or replaced listens on, and only this table still shows it. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskgate::tmux {

// The file that bind() made.
struct BoundFile {
  std::uint64_t device = 0;  // as stat() has it
  std::uint32_t inode = 0;   // the low half, which is all that the kernel tells
};

struct Listener {
  std::uint32_t socket = 0;  // the kernel's number of the socket, which no other gets meanwhile
  // What was given to bind(), in the binder's mount namespace; may be relative.
  std::string path;
  std::optional<BoundFile> file;         // unset where only /proc/net/unix could be read
  std::optional<std::uint32_t> backlog;  // of its queue of connections; unset likewise
};

struct ListenerTable {
  bool available = false;
  std::vector<Listener> listeners;  // stream sockets that were bound to a path
  // Why it is not available now and may be soon: an errno that says what the process or the machine
  // is short of. 0: else.
  int short_of = 0;
};

// Asks the kernel by netlink, and reads /proc/net/unix where that is refused. Never waits: the
// kernel answers within the calls.
ListenerTable read_listeners();

// The fallback by itself, and its pure part.
ListenerTable read_proc_net_unix();
std::vector<Listener> parse_proc_net_unix(std::string_view text);

}  // namespace taskgate::tmux
