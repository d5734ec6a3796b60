#include "cli/config_watch.h"

#include <sys/stat.h>

#include <utility>

namespace taskgate::cli {
namespace {

constexpr Duration kInterval = std::chrono::milliseconds(500);

}  // namespace

void ConfigWatch::start() {
  if (path_.empty()) return;
  loaded_ = looked_at_ = mark();
  look_later();
}

// All zero while there is no file: between the two steps of a careless writer. The last good
// configuration stays.
ConfigWatch::Mark ConfigWatch::mark() const {
  struct stat file {};
  if (stat(path_.c_str(), &file) != 0) return {};
  return {file.st_dev, file.st_ino, file.st_mtim.tv_sec, file.st_mtim.tv_nsec, file.st_size};
}

// A file that has changed since the last look may be in the middle of being written. What a writer
// that truncates it first leaves for a moment, an empty file, would be a valid configuration.
void ConfigWatch::look() {
  const Mark now = mark();
  const bool at_rest = now == std::exchange(looked_at_, now);
  if (!at_rest || now == loaded_ || now == Mark{}) return;
  loaded_ = now;
  on_change_();
}

void ConfigWatch::look_later() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](ErrorCode error) {
    if (error) return;
    look();
    look_later();
  });
}

}  // namespace taskgate::cli
