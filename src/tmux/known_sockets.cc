#include "tmux/known_sockets.h"

#include <unistd.h>

#include <algorithm>

namespace taskgate::tmux {
namespace {

bool has(const std::vector<SocketReport>& reports, const KnownSocket& socket) {
  return std::ranges::find(reports, &socket, &SocketReport::socket) != reports.end();
}

// The same socket by another path: a link, or a folder that is mounted twice.
bool has_file(const std::vector<SocketReport>& reports, const FileFacts& file) {
  return file.kind == FileFacts::Kind::socket &&
         std::ranges::any_of(
             reports, [&](const SocketReport& report) { return report.file.same_file(file); });
}

}  // namespace

SocketReport failed_report(const std::string& path, Failure failure) {
  SocketReport report;
  report.mark.path = path;
  report.done = true;
  report.fail(std::move(failure));
  return report;
}

std::vector<SocketReport> KnownSockets::look(const std::vector<std::string>& configured) {
  std::vector<SocketReport> reports;
  if (configured.empty()) reports.push_back(failed_report("", nothing_configured()));
  for (const std::string& path : configured) add_path(path, reports);
  forget_others(configured, reports);
  return reports;
}

void KnownSockets::add_path(const std::string& path, std::vector<SocketReport>& reports) {
  if (path.empty()) return reports.push_back(failed_report(path, nothing_configured()));
  const FileFacts file = look_at(path);
  if (file.kind == FileFacts::Kind::folder) return add_folder(path, file, reports);
  const std::size_t before = reports.size();
  if (file.kind == FileFacts::Kind::missing) add_gone(path, reports);
  if (reports.size() == before) add_socket(path, "", file, reports);
}

void KnownSockets::add_folder(const std::string& folder, const FileFacts& facts,
                              std::vector<SocketReport>& reports) {
  const std::int64_t before = std::exchange(folder_times_[folder], facts.changed_ns);
  if (before != facts.changed_ns) folders_changed_ = true;
  const auto paths = sockets_in(folder, kMaxInFolder);
  if (paths.has_error()) {
    const int error = paths.error().value();
    reports.push_back(failed_report(folder, system_failure(folder, "opendir", error)));
    return;
  }
  if (paths->size() > kMaxInFolder) {
    reports.push_back(failed_report(folder, too_many_sockets(folder, kMaxInFolder)));
    return;
  }
  for (const std::string& path : *paths) add_socket(path, folder, look_at(path), reports);
  add_gone(folder, reports);
  if (!paths->empty()) return;
  // TMUX_TMPDIR's value, say. Whoever takes it for the sockets' folder would count none for ever.
  if (const auto theirs = users_folder_in(folder, ::geteuid())) {
    reports.push_back(failed_report(folder, folder_above(folder, *theirs)));
  }
}

// The sockets that were seen in a folder and are not in it any more.
void KnownSockets::add_gone(const std::string& folder, std::vector<SocketReport>& reports) {
  for (const auto& [path, socket] : sockets_) {
    if (socket.folder != folder || !socket.seen || has(reports, socket)) continue;
    add_socket(path, folder, look_at(path), reports);
  }
}

void KnownSockets::add_socket(const std::string& path, const std::string& folder, FileFacts file,
                              std::vector<SocketReport>& reports) {
  KnownSocket& socket = sockets_.try_emplace(path, loop_, path, folder).first->second;
  if (has(reports, socket) || has_file(reports, file)) return;
  SocketReport report;
  report.socket = &socket;
  report.file = file;
  report.mark = {.path = path, .inode = file.inode, .changed_ns = file.changed_ns};
  reports.push_back(std::move(report));
}

void KnownSockets::forget_others(const std::vector<std::string>& configured,
                                 const std::vector<SocketReport>& reports) {
  std::erase_if(sockets_, [&](const auto& entry) {
    const KnownSocket& socket = entry.second;
    // A folder that cannot be read at the moment gives no reports, but its sockets are still to be
    // missed.
    const bool missed = socket.seen && std::ranges::count(configured, socket.folder) > 0;
    return !socket.asked && !missed && !has(reports, socket);
  });
}

void KnownSockets::close_connections() {
  for (auto& [path, socket] : sockets_) {
    ErrorCode ignored;
    socket.connection.close(ignored);
  }
}

}  // namespace taskgate::tmux
