// The file system's side of a listing: what stands at a path, and the connection to a socket there.
// Plain system calls, none of which waits for a peer. Any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"

namespace taskgate::tmux {

struct FileFacts {
  enum class Kind : std::uint8_t { socket, folder, other, missing, unreadable };
  Kind kind = Kind::missing;
  int error = 0;  // errno when unreadable
  std::uint64_t device = 0;
  std::uint64_t inode = 0;      // 0: no file
  std::int64_t changed_ns = 0;  // ctime

  bool same_file(const FileFacts& other) const {
    return device == other.device && inode == other.inode;
  }
};
FileFacts look_at(const std::string& path);

// The path without its last part; "." where nothing stands before it.
std::string folder_of(const std::string& path);

// Whether tmux would name a user's folder so: `tmux-<uid>`.
bool is_users_folder(std::string_view name);

// Whether the folder of `path`, or the one above it, exists: tmux makes its own folder `tmux-<uid>`
// when it first starts, so a missing one is no sign of a wrong path.
bool has_folder(const std::string& path);

// When the folder of `path` is missing and is named as tmux names a user's (`tmux-<uid>`): another
// one of that kind beside it, the first by name. Then the tmux server whose sessions count is more
// likely that user's than one that has not started yet.
std::optional<std::string> other_users_folder(const std::string& path);

// The folder `tmux-<uid>` in `folder` that is the one of `own_uid`; else the first one by name.
std::optional<std::string> users_folder_in(const std::string& folder, std::uint32_t own_uid);

// The paths of the sockets in a folder, in the order of their names, at most `most` + 1 of them;
// else errno.
boost::system::result<std::vector<std::string>> sockets_in(const std::string& folder,
                                                           std::size_t most);

// Connects without blocking. Paths too long for sockaddr_un go through /proc/self/fd. On failure
// `socket` stays closed; the error is connect()'s own where it was connect() that failed: EAGAIN is
// a full backlog.
ErrorCode connect_to(UnixSocket& socket, const std::string& path);

}  // namespace taskgate::tmux
