// A listing of the tmux sessions as a value: what the gate decides on. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace taskgate::tmux {

// Why a listing could not be had. The order is that of the metrics' and log's vocabulary.
enum class Fault : std::uint8_t {
  timeout,            // no answer within tmux.timeout, or one is still outstanding
  permission_denied,  // EACCES on the folder or the socket
  access_denied,      // the server's ACL: "access not allowed", "client is read-only"
  folder_missing,     // ... of the socket, and the one above; or only another user's is there
  not_a_socket,       // another kind of file stands there, or the folder above the sockets' one
  vanished,         // the socket file was there and is gone (for tmux.hold); no table of listeners
  socket_deleted,   // ... and its server still listens
  socket_replaced,  // another server's file stands there, and the first server still listens
  another_server,   // none on our sockets, and one on the path of another tmux
  protocol_error,   // another protocol version, or bytes that are no tmux answer
  system_error,     // any other errno: out of descriptors, ...
};
const char* name_of(Fault fault);  // "timeout", "permission_denied", ...

// Which of the two constant requests a server is asked (protocol.h).
enum class Question : std::uint8_t {
  names,    // what decides: ids and names
  details,  // for people who look: Details as well, at twice the price for the server
};

// What a session is at, as far as the version of its server can tell.
struct Details {
  bool attached = false;  // a client shows it
  // Unix seconds of the last output, key or attach in any of its views; unset: not known.
  std::optional<std::int64_t> silent_since;
  std::optional<bool> ended;  // no program runs in it any more (remain-on-exit); unset: not known
  // Name of the session, of the same server, that shows the same windows and was there before;
  // empty: none does, or it is not known.
  std::string view_of;
};

struct Session {
  std::uint64_t id = 0;  // tmux's $N: grows with each session of a server, never used twice by it
  std::int32_t server = 0;   // pid of the server: tells a restarted one
  std::uint32_t socket = 0;  // index into Listing::servers
  std::int64_t created = 0;  // Unix seconds
  std::string name;
  bool matches = false;            // tmux.match
  std::optional<Details> details;  // where Question::details was asked
};

// Sessions that nobody changes any more, shared by all copies: most listings show what the one
// before has shown, and whoever knows those need not look at them again.
class Sessions {
 public:
  Sessions() = default;
  Sessions(std::vector<Session> all)  // NOLINT(google-explicit-constructor): they are these
      : all_(std::make_shared<const std::vector<Session>>(std::move(all))) {}

  // The very same, and not none: what was learned of the others holds for these.
  bool are(const Sessions& others) const { return all_ != nullptr && all_ == others.all_; }

  auto begin() const { return all_ ? all_->data() : nullptr; }
  auto end() const { return begin() + size(); }
  std::size_t size() const { return all_ ? all_->size() : 0; }
  bool empty() const { return size() == 0; }
  const Session& operator[](std::size_t index) const { return (*all_)[index]; }

 private:
  std::shared_ptr<const std::vector<Session>> all_;
};

// What one socket showed; two equal marks mean that nothing visible has happened there between.
struct ServerMark {
  std::string path;
  std::int32_t pid = 0;          // 0: no server
  std::uint64_t highest_id = 0;  // of all its sessions, matching or not; 0 without sessions
  bool has_sessions = false;
  std::uint64_t inode = 0;      // of the socket file; 0: no file
  std::int64_t changed_ns = 0;  // its ctime

  bool operator==(const ServerMark&) const = default;
};

// Whether a tmux server listens that none of our sockets leads to.
enum class OtherTmux : std::uint8_t {
  unknown,  // not asked, or the kernel's table of listeners cannot be had
  none,
  some,  // something listens that is one, or may be one
};

// What one server has answered, to be known when it comes again.
struct Said {
  Question question = Question::names;
  std::string text;
  std::vector<Session> sessions;  // as lines.h reads them from it
};

struct Listing {
  Question question = Question::names;
  TimePoint began;  // before the first connect
  TimePoint ended;
  std::int64_t wall = 0;       // Unix seconds when it ended, to reckon with Session::created
  std::optional<Fault> fault;  // unset: known
  std::string detail;          // with a fault: which socket, what happened, what to check
  Sessions sessions;           // when known: all sessions of all servers
  std::vector<ServerMark> servers;
  int live = 0;  // when known: sessions that match
  OtherTmux other = OtherTmux::unknown;

  bool known() const { return !fault.has_value(); }
};

}  // namespace taskgate::tmux
