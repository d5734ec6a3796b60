#include "tmux/kernel_word.h"

#include <algorithm>

#include "base/log.h"
#include "tmux/failure.h"

namespace taskgate::tmux {
namespace {

bool answered(const SocketReport& report) {
  return report.reply == SocketReport::Reply::sessions;
}

// The server that answered is not known to be the one that the kernel had nothing against.
bool is_new_server(const SocketReport& report) {
  const KnownSocket& socket = *report.socket;
  return !socket.last_server || !report.file.same_file(socket.last_server->file) ||
         (report.mark.pid != 0 && report.mark.pid != socket.last_server->pid);
}

std::vector<LookedAt> look_again(const std::vector<SocketReport>& reports) {
  std::vector<LookedAt> sockets;
  for (const SocketReport& report : reports) {
    std::optional<std::uint32_t> last;
    if (report.socket->last_server) last = report.socket->last_server->number;
    sockets.push_back({report.socket->path, look_at(report.socket->path), last});
  }
  return sockets;
}

// Whether the socket was made anew while it was asked, or has a listener that did not answer.
bool is_in_motion(const SocketReport& report, const FileFacts& now, bool shown) {
  if (answered(report)) return !now.same_file(report.file);
  return shown ||
         (report.reply == SocketReport::Reply::no_file && now.kind == FileFacts::Kind::socket);
}

void note_server(SocketReport& report, const Survey::Socket& found, bool available) {
  if (!answered(report)) return;
  auto& server = report.socket->last_server;
  const bool same = server && report.file.same_file(server->file);
  const std::int32_t pid = report.mark.pid == 0 && same ? server->pid : report.mark.pid;
  server = {
      .file = report.file, .pid = pid, .number = found.shown, .hidden = available && !found.shown};
}

// Without the table: a file that has gone is no zero for tmux.hold, and a missing folder is none
// unless tmux may make it yet.
void judge_by_folder(SocketReport& report, TimePoint began, Duration hold) {
  KnownSocket& socket = *report.socket;
  if (!has_folder(socket.path)) return report.fail(folder_missing(socket.path));
  if (const auto theirs = other_users_folder(socket.path)) {
    return report.fail(other_user(socket.path, *theirs));
  }
  if (!socket.seen) return;
  if (!socket.gone_since) socket.gone_since = began;
  if (began - *socket.gone_since < hold) return report.fail(vanished(socket.path));
  log::warning("tmux_socket_vanished")
      .field("path", socket.path)
      .field(
          "detail",
          "the socket file has been gone for tmux.hold: counted as no sessions; where tmux still "
          "runs, check the shared volume and tmux.socket");
  socket.forget_file();
}

// Where sessions that count were seen, and tmux can make its socket again, another server is not
// the upstream's: somebody else's runs on, in a container of its own or as another user.
bool is_proven(const KernelWord::Listed& listed) {
  return listed.has_counted && std::ranges::all_of(listed.configured, has_folder);
}

Failure orphaned(const SocketReport& report, const std::string& bound) {
  const std::string& path = report.socket->path;
  if (answered(report)) return socket_replaced(path, bound);
  return report.reply == SocketReport::Reply::no_file ? socket_deleted(path, bound)
                                                      : socket_left(path, bound);
}

}  // namespace

KernelWord::Heard KernelWord::hear(const std::function<ListenerTable()>& ask, const Listed& listed,
                                   bool last) {
  other_ = OtherTmux::unknown;
  doubts_ = doubts_ || listed.folders_changed;
  // What cannot be counted anyway needs no word against it.
  if (std::ranges::any_of(listed.reports,
                          [](const SocketReport& report) { return report.failure.has_value(); })) {
    return Heard::all;
  }
  if (!is_needed(listed)) return Heard::all;
  const ListenerTable table = ask();
  if (table.short_of != 0) {
    doubt_all(listed, table.short_of);
    return Heard::all;
  }
  const std::vector<LookedAt> now = look_again(listed.reports);
  const Survey found = survey(table.listeners, listed.configured, now);
  bool in_motion = found.newcomer;
  for (std::size_t index = 0; index < listed.reports.size(); ++index) {
    SocketReport& report = listed.reports[index];
    const Survey::Socket& socket = found.sockets[index];
    if (!is_in_motion(report, now[index].file, socket.shown.has_value())) {
      note_server(report, socket, table.available);
      continue;
    }
    in_motion = true;
    if (last) report.fail(orphaned(report, report.socket->path));
  }
  if (in_motion && !last) return Heard::ask_again;
  doubts_ = false;
  if (is_trusted(table, listed)) {
    judge(found, listed);
    return Heard::all;
  }
  for (SocketReport& report : listed.reports) {
    if (report.reply != SocketReport::Reply::no_file) continue;
    judge_by_folder(report, listed.began, listed.hold);
  }
  return Heard::all;
}

bool KernelWord::is_needed(const Listed& listed) const {
  if (doubts_ || listed.asks_for_others || listed.reports.empty()) return true;
  return std::ranges::any_of(listed.reports, [](const SocketReport& report) {
    return !answered(report) || is_new_server(report);
  });
}

// The table is there, and only not to be had now: nothing that it may contradict is believed.
void KernelWord::doubt_all(const Listed& listed, int short_of) {
  doubts_ = true;
  const auto failure_of = [&](const std::string& path) {
    return system_failure(path, "asking the kernel who listens", short_of);
  };
  for (SocketReport& report : listed.reports) {
    if (answered(report) && !is_new_server(report)) continue;
    report.fail(failure_of(report.socket->path));
  }
  if (!listed.reports.empty()) return;
  const std::string& folder = listed.configured.front();
  listed.reports.push_back(failed_report(folder, failure_of(folder)));
}

// A server that answers and is not in the table is in another network namespace; then the table
// says nothing about others either. An empty table shows nothing, unless the server is known to be
// in this namespace.
bool KernelWord::is_trusted(const ListenerTable& table, const Listed& listed) const {
  if (!table.available) return false;
  bool shown = !table.listeners.empty() || listed.shares_namespace;
  for (const SocketReport& report : listed.reports) {
    const auto& server = report.socket->last_server;
    if (server && server->hidden) return false;
    shown = shown || (server && server->number);
  }
  return shown;
}

void KernelWord::judge(const Survey& survey, const Listed& listed) {
  other_ = survey.maybe_tmux ? OtherTmux::some : OtherTmux::none;
  bool anybody = false;
  for (std::size_t index = 0; index < listed.reports.size(); ++index) {
    SocketReport& report = listed.reports[index];
    anybody = anybody || answered(report);
    if (const auto& bound = survey.sockets[index].orphan) {
      report.fail(orphaned(report, *bound));
      doubts_ = true;
    } else if (report.reply == SocketReport::Reply::no_file) {
      report.socket->forget_file();
    }
  }
  if (const auto& bound = survey.orphan_in_folder) {
    listed.reports.push_back(failed_report(*bound, socket_deleted(*bound, *bound)));
    doubts_ = true;
  } else if (!anybody && survey.other_tmux && !is_proven(listed)) {
    const std::string& ours = listed.configured.front();
    listed.reports.push_back(failed_report(ours, another_server(ours, *survey.other_tmux)));
  }
}

}  // namespace taskgate::tmux
