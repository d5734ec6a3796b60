#include "tmux/failure.h"

#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <system_error>

namespace taskgate::tmux {
namespace {

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

constexpr std::string_view kFindServer =
    "(in its container and with its uid; `pgrep -x 'tmux: server'` or `ss -xlp` shows PID there)";

// The path that a server knows its socket by, where that is not the one it is known by here.
std::string bound_to(std::string_view path, std::string_view bound) {
  return path == bound ? "" : join({" (bound to ", bound, ")"});
}

std::string own_uid() {
  return std::to_string(geteuid());
}

}  // namespace

Failure timed_out(std::string_view path, Duration timeout) {
  return {Fault::timeout,
          join({"tmux socket ", path, ": the server took the connection but gave no answer within ",
                format_duration(timeout),
                "; check whether the tmux server is stopped, stuck or short of CPU"})};
}

Failure still_owed(std::string_view path, Duration since) {
  using std::chrono::milliseconds, std::chrono::seconds;
  const milliseconds whole = since < seconds(10) ? std::chrono::floor<milliseconds>(since)
                                                 : std::chrono::floor<seconds>(since);
  return {Fault::timeout,
          join({"tmux socket ", path, ": the server still owes the answer to a question asked ",
                format_duration(whole),
                " ago, and is asked no second one; check whether the tmux server is stopped, stuck "
                "or short of CPU"})};
}

Failure backlog_full(std::string_view path) {
  return {Fault::timeout,
          join({"tmux socket ", path,
                ": the server takes no more connections (its backlog is full); check whether the "
                "tmux server is stopped or stuck"})};
}

Failure permission_denied(std::string_view path, std::string_view call) {
  return {Fault::permission_denied,
          join({"tmux socket ", path, ": ", call, " is not permitted to uid ", own_uid(),
                "; run taskgate with the uid of the tmux server, or check the rights of the socket "
                "and of its folders"})};
}

Failure access_denied(std::string_view path, std::string_view reason) {
  return {Fault::access_denied,
          join({"tmux socket ", path, ": the server does not serve uid ", own_uid(), ": ", reason,
                "; run taskgate with the uid of the tmux server, or allow its user with `tmux "
                "server-access -a USER` and `-w USER`"})};
}

Failure folder_missing(std::string_view path) {
  return {Fault::folder_missing,
          join({"tmux socket ", path,
                ": neither its folder nor the one above exists; check tmux.socket and whether the "
                "shared volume is mounted"})};
}

Failure other_user(std::string_view path, std::string_view theirs) {
  return {
      Fault::folder_missing,
      join({"tmux socket ", path, ": its folder does not exist, but another user's does: ", theirs,
            "; run taskgate with the uid of the tmux server (it runs with uid ", own_uid(),
            ") or correct tmux.socket; where this user's tmux has only never run yet, make the "
            "folder"})};
}

Failure no_folder_in_path(std::string_view path) {
  return {Fault::folder_missing,
          join({"tmux socket ", path,
                ": a part of the path before its last is no folder; check tmux.socket"})};
}

Failure nothing_configured() {
  return {Fault::folder_missing, "no tmux socket is configured; check tmux.socket"};
}

Failure folder_above(std::string_view folder, std::string_view theirs) {
  return {Fault::not_a_socket,
          join({"tmux socket ", folder, ": this folder holds no socket, but ", theirs,
                ", where tmux keeps a user's sockets; set tmux.socket to that folder, or to the "
                "socket's own path where one is to come here"})};
}

Failure not_a_socket(std::string_view path, std::string_view what) {
  return {Fault::not_a_socket, join({"tmux socket ", path, ": ", what,
                                     " stands there, not a tmux server's socket; check "
                                     "tmux.socket"})};
}

Failure vanished(std::string_view path) {
  return {Fault::vanished,
          join({"tmux socket ", path,
                ": the socket file was there and is gone; check whether it was deleted under a "
                "running tmux server (kill -USR1 makes the server create it again) or the volume "
                "was unmounted"})};
}

Failure socket_deleted(std::string_view path, std::string_view bound) {
  return {
      Fault::socket_deleted,
      join({"tmux socket ", path, ": the socket file was deleted or renamed while its server",
            bound_to(path, bound),
            " listens on, so its sessions live and cannot be counted; `kill -USR1 PID` makes "
            "that server create its socket again ",
            kFindServer,
            "; where the file does exist there, taskgate's container does not share its volume"})};
}

Failure socket_replaced(std::string_view path, std::string_view bound) {
  return {Fault::socket_replaced,
          join({"tmux socket ", path, ": a second server has taken the path, and the first one",
                bound_to(path, bound),
                " listens on without a socket file, so its sessions live and cannot be counted; "
                "end the server that is not needed: `kill -USR1 PID` of the first one makes it "
                "take the path back, and hides the second one instead ",
                kFindServer})};
}

Failure socket_left(std::string_view path, std::string_view bound) {
  return {Fault::socket_replaced,
          join({"tmux socket ", path,
                ": nobody answers by the socket file that stands there, left by a second server, "
                "while the first one",
                bound_to(path, bound),
                " listens on without a file, so its sessions live and cannot be counted; `kill "
                "-USR1 PID` of the first one makes it create its socket again, and takes the path "
                "from nobody ",
                kFindServer})};
}

Failure another_server(std::string_view ours, std::string_view theirs) {
  return {
      Fault::another_server,
      join({"the upstream's tmux listens on ", theirs, ", and nobody on ", ours,
            ": set tmux.socket to the path by which taskgate reaches that socket (and share "
            "its folder with taskgate's container), run taskgate with that server's uid (it runs "
            "with uid ",
            own_uid(),
            "), or have the upstream's tmux use this socket (TMUX_TMPDIR of its container); where "
            "that tmux is not the upstream's, end it or start the upstream's"})};
}

Failure protocol_error(std::string_view path, std::string_view reason) {
  return {Fault::protocol_error,
          join({"tmux socket ", path, ": the server cannot be understood: ", reason,
                "; check that a tmux of version 2.1 or later listens there"})};
}

Failure too_many_sockets(std::string_view folder, std::size_t most) {
  return {Fault::system_error,
          join({"tmux socket ", folder, ": the folder holds more than ", std::to_string(most),
                " sockets; name those that count in tmux.socket"})};
}

Failure system_failure(std::string_view path, std::string_view call, int error) {
  if (error == EACCES || error == EPERM) return permission_denied(path, call);
  if (error == ENOTDIR) return no_folder_in_path(path);
  return {
      Fault::system_error,
      join({"tmux socket ", path, ": ", call, " failed: ", std::generic_category().message(error),
            "; check taskgate's limits (descriptors, memory) and the path"})};
}

}  // namespace taskgate::tmux
