// A volume is mounted with an owner and a mode that tmux refuses for the folder of its sockets, and
// the gate's image has no shell to mend that in.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "cli/commands.h"

namespace taskgate::cli {
namespace {

// tmux's own rule (tmux(1), TMUX_TMPDIR): an empty variable is no variable.
std::filesystem::path sockets_folder() {
  const char* variable = std::getenv("TMUX_TMPDIR");
  const bool is_named = variable != nullptr && *variable != '\0';
  return std::filesystem::path(is_named ? variable : "/tmp") /
         ("tmux-" + std::to_string(::getuid()));
}

// What keeps tmux from using the folder; empty: nothing does. tmux takes it when it belongs to its
// user and others have no rights in it, and does not follow a link.
std::string make_private(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (error) return "cannot make " + folder.parent_path().string() + ": " + error.message();
  if (::mkdir(folder.c_str(), S_IRWXU) == 0) return "";
  if (errno != EEXIST) return std::generic_category().message(errno);
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0) return std::generic_category().message(errno);
  if (!S_ISDIR(found.st_mode)) return "it is there and is no folder";
  if (found.st_uid != ::getuid()) {
    return "it belongs to user " + std::to_string(found.st_uid) + ", not to " +
           std::to_string(::getuid());
  }
  if (::chmod(folder.c_str(), S_IRWXU) != 0) return std::generic_category().message(errno);
  return "";
}

}  // namespace

int prepare(const Words& words) {
  if (!words.empty()) return wrong_usage("prepare");
  const std::filesystem::path folder = sockets_folder();
  const std::string problem = make_private(folder);
  if (problem.empty()) {
    std::printf("%s is ready for tmux\n", folder.c_str());
    return kOk;
  }
  std::fprintf(stderr, "taskgate: %s: %s\n", folder.c_str(), problem.c_str());
  return kFailed;
}

}  // namespace taskgate::cli
