#include "tmux/watched.h"

#include <unistd.h>

#include <algorithm>

namespace taskgate::tmux {
namespace {

bool has(const std::vector<Part>& parts, const Watched& socket) {
  return std::ranges::find(parts, &socket, &Part::socket) != parts.end();
}

// The same socket by another path: a link, or a folder that is mounted twice.
bool has_file(const std::vector<Part>& parts, const FileFacts& file) {
  return file.kind == FileFacts::Kind::socket &&
         std::ranges::any_of(parts, [&](const Part& part) { return part.file.same_file(file); });
}

}  // namespace

Part failed_part(const std::string& path, Failure failure) {
  Part part;
  part.mark.path = path;
  part.done = true;
  part.fail(std::move(failure));
  return part;
}

std::vector<Part> WatchedSockets::look(const std::vector<std::string>& configured) {
  std::vector<Part> parts;
  if (configured.empty()) parts.push_back(failed_part("", nothing_configured()));
  for (const std::string& path : configured) add_path(path, parts);
  forget_others(configured, parts);
  return parts;
}

void WatchedSockets::add_path(const std::string& path, std::vector<Part>& parts) {
  if (path.empty()) return parts.push_back(failed_part(path, nothing_configured()));
  const FileFacts file = look_at(path);
  if (file.kind == FileFacts::Kind::folder) return add_folder(path, file, parts);
  const std::size_t before = parts.size();
  if (file.kind == FileFacts::Kind::missing) add_gone(path, parts);
  if (parts.size() == before) add_socket(path, "", file, parts);
}

void WatchedSockets::add_folder(const std::string& folder, const FileFacts& facts,
                                std::vector<Part>& parts) {
  const std::int64_t before = std::exchange(folder_times_[folder], facts.changed_ns);
  if (before != facts.changed_ns) folders_changed_ = true;
  const auto paths = sockets_in(folder, kMaxInFolder);
  if (paths.has_error()) {
    const int error = paths.error().value();
    parts.push_back(failed_part(folder, system_failure(folder, "opendir", error)));
    return;
  }
  if (paths->size() > kMaxInFolder) {
    parts.push_back(failed_part(folder, too_many_sockets(folder, kMaxInFolder)));
    return;
  }
  for (const std::string& path : *paths) add_socket(path, folder, look_at(path), parts);
  add_gone(folder, parts);
  if (!paths->empty()) return;
  // TMUX_TMPDIR's value, say. Whoever takes it for the sockets' folder would count none for ever.
  if (const auto theirs = users_folder_in(folder, ::geteuid())) {
    parts.push_back(failed_part(folder, folder_above(folder, *theirs)));
  }
}

// The sockets that were seen in a folder and are not in it any more.
void WatchedSockets::add_gone(const std::string& folder, std::vector<Part>& parts) {
  for (const auto& [path, socket] : sockets_) {
    if (socket.folder != folder || !socket.seen || has(parts, socket)) continue;
    add_socket(path, folder, look_at(path), parts);
  }
}

void WatchedSockets::add_socket(const std::string& path, const std::string& folder, FileFacts file,
                                std::vector<Part>& parts) {
  Watched& socket = sockets_.try_emplace(path, loop_, path, folder).first->second;
  if (has(parts, socket) || has_file(parts, file)) return;
  Part part;
  part.socket = &socket;
  part.file = file;
  part.mark = {.path = path, .inode = file.inode, .changed_ns = file.changed_ns};
  parts.push_back(std::move(part));
}

void WatchedSockets::forget_others(const std::vector<std::string>& configured,
                                   const std::vector<Part>& parts) {
  std::erase_if(sockets_, [&](const auto& entry) {
    const Watched& socket = entry.second;
    // A folder that cannot be read at the moment gives no parts, but its sockets are still to be
    // missed.
    const bool missed = socket.seen && std::ranges::count(configured, socket.folder) > 0;
    return !socket.asked && !missed && !has(parts, socket);
  });
}

void WatchedSockets::close_connections() {
  for (auto& [path, socket] : sockets_) {
    ErrorCode ignored;
    socket.connection.close(ignored);
  }
}

}  // namespace taskgate::tmux
