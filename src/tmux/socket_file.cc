#include "tmux/socket_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/descriptor.h"
#include "base/error.h"

namespace taskgate::tmux {
namespace {

FileFacts::Kind kind_of(mode_t mode) {
  if (S_ISSOCK(mode)) return FileFacts::Kind::socket;
  if (S_ISDIR(mode)) return FileFacts::Kind::folder;
  return FileFacts::Kind::other;
}

bool is_folder(const std::string& path) {
  return look_at(path).kind == FileFacts::Kind::folder;
}

std::optional<std::string> first_users_folder(const std::filesystem::path& folder) {
  std::optional<std::string> first;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string& path = entry->path().native();
    if (!is_users_folder(entry->path().filename().native()) || !is_folder(path)) continue;
    if (!first || path < *first) first = path;
  }
  return first;
}

ErrorCode connect_short(int socket, std::string_view path) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return kernel_error(ENAMETOOLONG);
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  // The sockets API takes every kind of address by this one pointer type.
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(socket, generic, sizeof address) == 0 ? ErrorCode{} : last_error();
}

// The kernel follows /proc/self/fd/N to the folder itself, so only the name counts towards the
// length.
ErrorCode connect_long(int socket, const std::string& path) {
  const Descriptor folder(::open(folder_of(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return last_error();
  const std::string name = std::filesystem::path(path).filename().native();
  return connect_short(socket, "/proc/self/fd/" + std::to_string(folder.get()) + "/" + name);
}

// tmux keeps a lock file beside each socket.
bool may_be_socket(const dirent& entry) {
  if (std::string_view(entry.d_name).ends_with(".lock")) return false;
  return entry.d_type == DT_SOCK || entry.d_type == DT_LNK || entry.d_type == DT_UNKNOWN;
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().native();
  return folder.empty() ? "." : folder;
}

bool is_users_folder(std::string_view name) {
  constexpr std::string_view kPrefix = "tmux-";
  const std::string_view uid = name.substr(std::min(name.size(), kPrefix.size()));
  return name.starts_with(kPrefix) && !uid.empty() &&
         uid.find_first_not_of("0123456789") == std::string_view::npos;
}

FileFacts look_at(const std::string& path) {
  struct stat status {};
  FileFacts facts;
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return facts;
    facts.kind = FileFacts::Kind::unreadable;
    facts.error = errno;
    return facts;
  }
  facts.kind = kind_of(status.st_mode);
  facts.device = status.st_dev;
  facts.inode = status.st_ino;
  facts.changed_ns = status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec;
  return facts;
}

bool has_folder(const std::string& path) {
  if (path.empty()) return false;
  const std::string folder = folder_of(path);
  return is_folder(folder) || is_folder(folder_of(folder));
}

std::optional<std::string> other_users_folder(const std::string& path) {
  const std::filesystem::path own = folder_of(path);
  if (!is_users_folder(own.filename().native()) || is_folder(own.native())) return std::nullopt;
  return first_users_folder(own.parent_path());
}

std::optional<std::string> users_folder_in(const std::string& folder, std::uint32_t own_uid) {
  const auto own = std::filesystem::path(folder) / ("tmux-" + std::to_string(own_uid));
  return is_folder(own.native()) ? own.native() : first_users_folder(folder);
}

boost::system::result<std::vector<std::string>> sockets_in(const std::string& folder,
                                                           std::size_t most) {
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> open(::opendir(folder.c_str()), close);
  if (!open) return last_error();
  std::vector<std::string> paths;
  while (paths.size() <= most) {
    errno = 0;
    const dirent* const entry = ::readdir(open.get());
    if (entry == nullptr && errno != 0) return last_error();
    if (entry == nullptr) break;
    if (!may_be_socket(*entry)) continue;
    std::string path = folder + (folder.ends_with('/') ? "" : "/") + entry->d_name;
    if (entry->d_type != DT_SOCK && look_at(path).kind != FileFacts::Kind::socket) continue;
    paths.push_back(std::move(path));
  }
  std::ranges::sort(paths);
  return paths;
}

ErrorCode connect_to(UnixSocket& socket, const std::string& path) {
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) return last_error();
  const bool is_short = path.size() < sizeof(sockaddr_un::sun_path);
  ErrorCode error =
      is_short ? connect_short(descriptor.get(), path) : connect_long(descriptor.get(), path);
  if (error) return error;
  socket.assign(asio::local::stream_protocol(), descriptor.get(), error);
  if (!error) descriptor.release();
  return error;
}

}  // namespace taskgate::tmux
