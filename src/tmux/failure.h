// Why one socket's sessions are not known, with the sentence for the operator: which socket, what
// happened, what to check. All sentences stand here, so that they can be read side by side. Any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "tmux/listing.h"

namespace taskgate::tmux {

struct Failure {
  Fault fault;
  std::string detail;
};

Failure timed_out(std::string_view path, Duration timeout);
Failure still_owed(std::string_view path, Duration since);
Failure backlog_full(std::string_view path);
Failure permission_denied(std::string_view path, std::string_view call);
Failure access_denied(std::string_view path, std::string_view reason);
Failure folder_missing(std::string_view path);
// Another user's tmux folder, `theirs`, stands where the socket's own is missing.
Failure other_user(std::string_view path, std::string_view theirs);
Failure no_folder_in_path(std::string_view path);
Failure nothing_configured();
// `folder` was configured, has no socket, and is the one above `theirs`, a tmux folder of a user.
Failure folder_above(std::string_view folder, std::string_view theirs);
Failure not_a_socket(std::string_view path, std::string_view what);
Failure vanished(std::string_view path);
// Of a server that was bound to `bound` and listens on: its file is gone; another server answers by
// the file that took its place; nobody answers by that one.
Failure socket_deleted(std::string_view path, std::string_view bound);
Failure socket_replaced(std::string_view path, std::string_view bound);
Failure socket_left(std::string_view path, std::string_view bound);
// Nobody listens on `ours`, but a tmux server does on `theirs`.
Failure another_server(std::string_view ours, std::string_view theirs);
Failure protocol_error(std::string_view path, std::string_view reason);
Failure too_many_sockets(std::string_view folder, std::size_t most);
// `call` is the system call that failed with `error`. EACCES, EPERM and ENOTDIR get their own
// faults.
Failure system_failure(std::string_view path, std::string_view call, int error);

}  // namespace taskgate::tmux
