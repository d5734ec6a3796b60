#include "tmux/kernel_word.h"

#include <algorithm>

#include "base/log.h"
#include "tmux/failure.h"

namespace taskgate::tmux {
namespace {

bool answered(const Part& part) {
  return part.reply == Part::Reply::sessions;
}

// The server that answered is not known to be the one that the kernel had nothing against.
bool is_new_server(const Part& part) {
  const Watched& socket = *part.socket;
  return !socket.listener || !part.file.same_file(socket.listener->file) ||
         (part.mark.pid != 0 && part.mark.pid != socket.listener->pid);
}

std::vector<LookedAt> look_again(const std::vector<Part>& parts) {
  std::vector<LookedAt> sockets;
  for (const Part& part : parts) {
    std::optional<std::uint32_t> last;
    if (part.socket->listener) last = part.socket->listener->number;
    sockets.push_back({part.socket->path, look_at(part.socket->path), last});
  }
  return sockets;
}

// Whether the socket was made anew while it was asked, or has a listener that did not answer.
bool is_in_motion(const Part& part, const FileFacts& now, bool shown) {
  if (answered(part)) return !now.same_file(part.file);
  return shown || (part.reply == Part::Reply::no_file && now.kind == FileFacts::Kind::socket);
}

void note_listener(Part& part, const Survey::Socket& found, bool available) {
  if (!answered(part)) return;
  auto& listener = part.socket->listener;
  const bool same = listener && part.file.same_file(listener->file);
  const std::int32_t pid = part.mark.pid == 0 && same ? listener->pid : part.mark.pid;
  listener = {
      .file = part.file, .pid = pid, .number = found.shown, .hidden = available && !found.shown};
}

// Without the table: a file that has gone is no zero for tmux.hold, and a missing folder is none
// unless tmux may make it yet.
void judge_by_folder(Part& part, TimePoint began, Duration hold) {
  Watched& socket = *part.socket;
  if (!has_folder(socket.path)) return part.fail(folder_missing(socket.path));
  if (const auto theirs = other_users_folder(socket.path)) {
    return part.fail(other_user(socket.path, *theirs));
  }
  if (!socket.seen) return;
  if (!socket.gone_since) socket.gone_since = began;
  if (began - *socket.gone_since < hold) return part.fail(vanished(socket.path));
  log::warning("tmux_socket_vanished")
      .field("path", socket.path)
      .field(
          "detail",
          "the socket file has been gone for tmux.hold: counted as no sessions; where tmux still "
          "runs, check the shared volume and tmux.socket");
  socket.forget_file();
}

Failure orphaned(const Part& part, const std::string& bound) {
  const std::string& path = part.socket->path;
  if (answered(part)) return socket_replaced(path, bound);
  return part.reply == Part::Reply::no_file ? socket_deleted(path, bound)
                                            : socket_left(path, bound);
}

}  // namespace

KernelWord::Heard KernelWord::hear(const std::function<ListenerTable()>& ask, const Listed& listed,
                                   bool last) {
  other_ = OtherTmux::unknown;
  doubts_ = doubts_ || listed.folders_changed;
  // What cannot be counted anyway needs no word against it.
  if (std::ranges::any_of(listed.parts,
                          [](const Part& part) { return part.failure.has_value(); })) {
    return Heard::all;
  }
  if (!is_needed(listed)) return Heard::all;
  const ListenerTable table = ask();
  const std::vector<LookedAt> now = look_again(listed.parts);
  const Survey found = survey(table.listeners, listed.configured, now);
  bool in_motion = found.newcomer;
  for (std::size_t index = 0; index < listed.parts.size(); ++index) {
    Part& part = listed.parts[index];
    const Survey::Socket& socket = found.sockets[index];
    if (!is_in_motion(part, now[index].file, socket.shown.has_value())) {
      note_listener(part, socket, table.available);
      continue;
    }
    in_motion = true;
    if (last) part.fail(orphaned(part, part.socket->path));
  }
  if (in_motion && !last) return Heard::ask_again;
  doubts_ = false;
  if (is_trusted(table, listed)) {
    judge(found, listed);
    return Heard::all;
  }
  for (Part& part : listed.parts) {
    if (part.reply == Part::Reply::no_file) judge_by_folder(part, listed.began, listed.hold);
  }
  return Heard::all;
}

bool KernelWord::is_needed(const Listed& listed) const {
  if (doubts_ || listed.asks_for_others || listed.parts.empty()) return true;
  return std::ranges::any_of(
      listed.parts, [](const Part& part) { return !answered(part) || is_new_server(part); });
}

// A server that answers and is not in the table is in another network namespace; then the table
// says nothing about others either. An empty table shows nothing, unless the server is known to be
// in this namespace.
bool KernelWord::is_trusted(const ListenerTable& table, const Listed& listed) const {
  if (!table.available) return false;
  bool shown = !table.listeners.empty() || listed.shares_namespace;
  for (const Part& part : listed.parts) {
    const auto& listener = part.socket->listener;
    if (listener && listener->hidden) return false;
    shown = shown || (listener && listener->number);
  }
  return shown;
}

void KernelWord::judge(const Survey& survey, const Listed& listed) {
  other_ = survey.maybe_tmux ? OtherTmux::some : OtherTmux::none;
  bool anybody = false;
  for (std::size_t index = 0; index < listed.parts.size(); ++index) {
    Part& part = listed.parts[index];
    anybody = anybody || answered(part);
    if (const auto& bound = survey.sockets[index].orphan) {
      part.fail(orphaned(part, *bound));
      doubts_ = true;
    } else if (part.reply == Part::Reply::no_file) {
      part.socket->forget_file();
    }
  }
  if (const auto& bound = survey.orphan_in_folder) {
    listed.parts.push_back(failed_part(*bound, socket_deleted(*bound, *bound)));
    doubts_ = true;
  } else if (!anybody && survey.other_tmux) {
    const std::string& ours = listed.configured.front();
    listed.parts.push_back(failed_part(ours, another_server(ours, *survey.other_tmux)));
  }
}

}  // namespace taskgate::tmux
