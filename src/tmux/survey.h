// What the kernel's table of listeners says about the sockets that the gate looks at: whether a
// server that belongs to one of them listens without being reachable there, and whether another
// tmux listens elsewhere. Looks at files, keeps nothing; any thread.
//
// The table shows the path that a server gave to bind(), in its own mount namespace: it may be
// relative, lead over links, or name a folder that stands elsewhere here. The file that bind() made
// is sure: while a socket is bound to it, no other file of its file system has its number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tmux/listeners.h"
#include "tmux/socket_file.h"

namespace taskgate::tmux {

// One socket that a listing has looked at.
struct LookedAt {
  std::string path;
  FileFacts file;                            // as it stands now
  std::optional<std::uint32_t> last_socket;  // of the listener that was last found there
};

struct Survey {
  struct Socket {
    // The listener whose file stands there.
    std::optional<std::uint32_t> shown;
    // The bound path of a listener that belongs there, but whose file is another one or gone.
    std::optional<std::string> orphan;
  };
  std::vector<Socket> sockets;  // in the order of what was looked at

  // A listener that was bound in a configured folder and is none of its sockets that were looked
  // at: its file is gone, or, a newcomer, has only just come.
  std::optional<std::string> orphan_in_folder;
  bool newcomer = false;
  // A listener on the path of another tmux, `.../tmux-<uid>/NAME`, outside of all folders that the
  // gate looks at: the first by path.
  std::optional<std::string> other_tmux;
  // Whether any other listener may be a tmux: beside ours, or by the length of its queue.
  bool maybe_tmux = false;
};

Survey survey(const std::vector<Listener>& listeners, const std::vector<std::string>& configured,
              const std::vector<LookedAt>& sockets);

}  // namespace taskgate::tmux
