#include "cli/config_watch.h"

#include <sys/stat.h>

namespace taskgate::cli {
namespace {

constexpr Duration kInterval = std::chrono::seconds(1);

}  // namespace

void ConfigWatch::start() {
  if (path_.empty()) return;
  seen_ = mark();
  look_later();
}

// All zero while there is no file: between the two steps of a careless writer. The last good
// configuration stays.
ConfigWatch::Mark ConfigWatch::mark() const {
  struct stat file {};
  if (stat(path_.c_str(), &file) != 0) return {};
  return {file.st_dev, file.st_ino, file.st_mtim.tv_sec, file.st_mtim.tv_nsec, file.st_size};
}

void ConfigWatch::look_later() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](ErrorCode error) {
    if (error) return;
    const Mark now = mark();
    if (now != seen_ && now != Mark{}) {
      seen_ = now;
      on_change_();
    }
    look_later();
  });
}

}  // namespace taskgate::cli
