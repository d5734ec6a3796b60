// The sockets that a Lister knows, and what it must remember of each between two listings. Loop
// thread only.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "tmux/failure.h"
#include "tmux/listing.h"
#include "tmux/socket_file.h"

namespace taskgate::tmux {

struct KnownSocket {
  KnownSocket(Executor loop, std::string socket_path, std::string found_in)
      : path(std::move(socket_path)), folder(std::move(found_in)), connection(loop) {}

  const std::string path;
  const std::string folder;  // the configured folder it was found in; empty: configured by its path

  // The query that is under way. It can outlast the listing that made it: then `report` is unset.
  bool asked = false;
  std::optional<std::size_t> report;  // of the running listing
  TimePoint asked_at{};
  Question asked_question = Question::names;
  FileFacts asked_file;
  UnixSocket connection;
  std::shared_ptr<const Said> said;  // by its server, when it answered last

  bool seen = false;  // its file was there when last looked at, or is `vanished` now
  std::optional<TimePoint> gone_since;  // `vanished` since
  // Its file is gone for good.
  void forget_file() {
    seen = false;
    gone_since.reset();
  }

  // The server that answered when the kernel's table of listeners was last read.
  struct LastServer {
    FileFacts file;
    std::int32_t pid = 0;                 // 0: it had no session then
    std::optional<std::uint32_t> number;  // of its socket, if the table showed it
    bool hidden = false;                  // there was a table, and it did not
  };
  std::optional<LastServer> last_server;
};

// What one socket (or one configured path that gives none) adds to a listing.
struct SocketReport {
  KnownSocket* socket = nullptr;  // null: `failure` concerns a folder
  FileFacts file;
  ServerMark mark;
  bool done = false;
  enum class Reply : std::uint8_t { none, sessions, no_server, no_file };
  Reply reply = Reply::none;
  std::optional<Failure> failure;
  std::shared_ptr<const Said> said;  // with Reply::sessions

  void fail(Failure why) { failure = std::move(why); }
};
// Of a configured path that gives no socket.
SocketReport failed_report(const std::string& path, Failure failure);

class KnownSockets {
 public:
  // A listing asks no more sockets than this in one folder.
  static constexpr std::size_t kMaxInFolder = 256;

  explicit KnownSockets(Executor loop) : loop_(loop) {}

  // The reports of a new listing: the configured paths with folders replaced by the sockets in
  // them, each file once. Forgets sockets that are no longer configured, unless a query is under
  // way there.
  std::vector<SocketReport> look(const std::vector<std::string>& configured);

  // Whether files came or went in a configured folder since the last call.
  bool take_folders_changed() { return std::exchange(folders_changed_, false); }

  // For ~Lister: ends the queries that are under way.
  void close_connections();

 private:
  void add_path(const std::string& path, std::vector<SocketReport>& reports);
  void add_folder(const std::string& folder, const FileFacts& facts,
                  std::vector<SocketReport>& reports);
  void add_gone(const std::string& folder, std::vector<SocketReport>& reports);
  void add_socket(const std::string& path, const std::string& folder, FileFacts file,
                  std::vector<SocketReport>& reports);
  void forget_others(const std::vector<std::string>& configured,
                     const std::vector<SocketReport>& reports);

  Executor loop_;
  std::map<std::string, KnownSocket> sockets_;        // by path
  std::map<std::string, std::int64_t> folder_times_;  // ctime of the configured ones, by path
  bool folders_changed_ = false;
};

}  // namespace taskgate::tmux
