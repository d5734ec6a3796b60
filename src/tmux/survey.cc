#include "tmux/survey.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace taskgate::tmux {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kTmuxBacklog = 128;
constexpr int kMostLinks = 16;

std::string last_part(const std::string& path) {
  return fs::path(path).filename().native();
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// A folder by its path and by what stands there.
struct Folder {
  explicit Folder(const std::string& folder)
      : path(without_slashes(folder)), facts(look_at(path)) {}

  std::string path;
  FileFacts facts;

  bool exists() const { return facts.kind == FileFacts::Kind::folder; }

  bool same_as(const Folder& other) const {
    if (path == other.path) return true;
    if (exists() != other.exists()) return false;
    if (exists()) return facts.same_file(other.facts);
    std::error_code error;
    return fs::weakly_canonical(path, error) == fs::weakly_canonical(other.path, error) && !error;
  }
};

// Where a path leads to, also when nothing stands there: links in the place of its last part are
// followed.
std::string followed(std::string path) {
  std::error_code error;
  for (int links = 0; links < kMostLinks; ++links) {
    const fs::path target = fs::read_symlink(path, error);
    if (error) break;
    path = (fs::path(folder_of(path)) / target).native();
  }
  return path;
}

struct Place {
  explicit Place(const std::string& path) : Place(path, followed(path)) {}
  Place(const std::string& path, const std::string& target)
      : given_folder(folder_of(path)), folder(folder_of(target)), name(last_part(target)) {}

  Folder given_folder;  // of the path as it is configured
  Folder folder;        // where it leads to
  std::string name;
};

// A listener and the folder that it was bound in, as far as they mean something here.
struct Bound {
  explicit Bound(const Listener& which)
      : listener(&which), name(last_part(which.path)), folder(folder_of(which.path)) {}

  const Listener* listener;
  std::string name;
  Folder folder;

  bool is_relative() const { return !listener->path.starts_with('/'); }

  bool on_device_of(const Folder& other) const {
    return !listener->file || !other.exists() || listener->file->device == other.facts.device;
  }

  // Its folder is not there by this name, but the same file system is, under a folder of that name:
  // a volume that is mounted elsewhere in the server's container.
  bool is_mounted_as(const Folder& other) const {
    return listener->file && other.exists() && !folder.exists() && on_device_of(other) &&
           last_part(folder.path) == last_part(other.path);
  }

  bool is_in(const Folder& other) const {
    return !is_relative() && (folder.same_as(other) || is_mounted_as(other));
  }

  // A relative path is the end of the true one, whose beginning nobody knows.
  bool may_end(const Place& place) const {
    if (!is_relative() || name != place.name || !on_device_of(place.folder)) return false;
    std::string_view end = listener->path;
    while (end.starts_with("./") || end.starts_with("../")) end.remove_prefix(end.find('/') + 1);
    return (place.folder.path + "/" + place.name).ends_with("/" + std::string(end));
  }

  bool belongs_to(const Place& place) const {
    return may_end(place) || (name == place.name && is_in(place.folder));
  }

  // It came between the look into that folder and the table.
  bool is_reachable_in(const Folder& other) const {
    const FileFacts facts = look_at(other.path + "/" + name);
    const auto inode = static_cast<std::uint32_t>(facts.inode);
    return facts.kind == FileFacts::Kind::socket &&
           (!listener->file || listener->file->inode == inode);
  }

  bool has_file(const FileFacts& facts) const {
    return listener->file && listener->file->inode == static_cast<std::uint32_t>(facts.inode) &&
           listener->file->device == facts.device;
  }
};

bool is_tmux_path(const Bound& bound) {
  return !bound.is_relative() && is_users_folder(last_part(bound.folder.path)) &&
         !bound.name.empty();
}

class Surveyor {
 public:
  Surveyor(const std::vector<std::string>& configured, const std::vector<LookedAt>& sockets)
      : sockets_(sockets) {
    for (const std::string& path : configured) folders_.emplace_back(path);
    for (const LookedAt& socket : sockets) places_.emplace_back(socket.path);
    result_.sockets.resize(sockets.size());
    devices_.resize(sockets.size());
  }

  // Listeners that are reached by a socket that was looked at explain themselves, whatever their
  // path is (a file that was renamed, a link).
  void take(const std::vector<Listener>& listeners) {
    std::vector<Bound> hidden;
    for (const Listener& listener : listeners) {
      Bound bound(listener);
      if (!is_shown(bound)) hidden.push_back(std::move(bound));
    }
    for (const Bound& bound : hidden) take_hidden(bound);
  }

  Survey result() { return std::move(result_); }

 private:
  void take_hidden(const Bound& bound) {
    const std::string& path = bound.listener->path;
    if (const auto index = owner_of(bound)) {
      result_.sockets[*index].orphan = path;
    } else if (const Folder* const folder = folder_of_ours(bound)) {
      result_.orphan_in_folder = path;
      if (bound.is_reachable_in(*folder)) result_.newcomer = true;
    } else {
      take_other(bound);
    }
  }

  // Numbers of files are compared by the path as well: some file systems tell stat() another device
  // than the kernel has. Without numbers the path decides: the first listener there is the one that
  // the file leads to.
  bool is_shown(const Bound& bound) {
    bool shown = false;
    for (std::size_t index = 0; index < sockets_.size(); ++index) {
      if (sockets_[index].file.kind != FileFacts::Kind::socket) continue;
      if (!is_file_of(bound, index)) continue;
      result_.sockets[index].shown = bound.listener->socket;
      if (bound.listener->file) devices_[index].push_back(bound.listener->file->device);
      shown = true;
    }
    return shown;
  }

  bool is_file_of(const Bound& bound, std::size_t index) const {
    const FileFacts& file = sockets_[index].file;
    if (bound.has_file(file)) return true;
    if (!bound.belongs_to(places_[index])) return false;
    if (!bound.listener->file) return !result_.sockets[index].shown;
    return bound.listener->file->inode == static_cast<std::uint32_t>(file.inode);
  }

  std::optional<std::size_t> owner_of(const Bound& bound) const {
    for (std::size_t index = 0; index < places_.size(); ++index) {
      if (bound.belongs_to(places_[index]) && !is_elsewhere(bound, index)) return index;
      if (bound.listener->socket == sockets_[index].last_socket) return index;
    }
    return std::nullopt;
  }

  // A folder of the same name in another container, on another file system than the file that our
  // own server there is bound to. The kernel tells both by its own numbers.
  bool is_elsewhere(const Bound& bound, std::size_t index) const {
    const std::vector<std::uint64_t>& devices = devices_[index];
    return bound.listener->file && !devices.empty() &&
           std::ranges::find(devices, bound.listener->file->device) == devices.end();
  }

  bool is_elsewhere(const Bound& bound, const Folder& folder) const {
    for (std::size_t index = 0; index < places_.size(); ++index) {
      if (places_[index].folder.same_as(folder) && is_elsewhere(bound, index)) return true;
    }
    return false;
  }

  const Folder* folder_of_ours(const Bound& bound) const {
    const auto found = std::ranges::find_if(folders_, [&](const Folder& folder) {
      return bound.is_in(folder) && !is_elsewhere(bound, folder);
    });
    return found == folders_.end() ? nullptr : &*found;
  }

  // In the folder of a socket that the gate looks at: another server of the same user, who does not
  // use it for tasks.
  bool is_beside(const Bound& bound) const {
    return std::ranges::any_of(places_, [&](const Place& place) {
      return bound.is_in(place.folder) || bound.is_in(place.given_folder);
    });
  }

  void take_other(const Bound& bound) {
    const std::string& path = bound.listener->path;
    if (is_beside(bound) || bound.listener->backlog == kTmuxBacklog) result_.maybe_tmux = true;
    if (is_beside(bound) || !is_tmux_path(bound)) return;
    result_.maybe_tmux = true;
    if (!result_.other_tmux || path < *result_.other_tmux) result_.other_tmux = path;
  }

  const std::vector<LookedAt>& sockets_;
  std::vector<Folder> folders_;  // the configured paths, any of which may be one, or become one
  std::vector<Place> places_;
  std::vector<std::vector<std::uint64_t>> devices_;  // of the listeners that each socket shows
  Survey result_;
};

}  // namespace

Survey survey(const std::vector<Listener>& listeners, const std::vector<std::string>& configured,
              const std::vector<LookedAt>& sockets) {
  Surveyor surveyor(configured, sockets);
  surveyor.take(listeners);
  return surveyor.result();
}

}  // namespace taskgate::tmux
