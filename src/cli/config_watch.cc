#include "cli/config_watch.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace taskgate::cli {
namespace {

FileMark::Moment moment(const timespec& time) {
  return {time.tv_sec, time.tv_nsec};
}

}  // namespace

// The time of the last change of the inode is in it too: a change of the rights to the file moves
// no other, and a file that is put back as it was has the others again.
FileMark mark_of(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return {.error = errno};
  FileMark mark{.device = file.st_dev, .inode = file.st_ino};
  // A pipe can be read once, and its times change while it is.
  if (S_ISFIFO(file.st_mode)) return mark;
  mark.size = file.st_size;
  mark.modified = moment(file.st_mtim);
  mark.changed = moment(file.st_ctim);
  return mark;
}

void ConfigWatch::start() {
  looked_at_ = mark_of(path_);
  look_later();
}

// A file that has changed since the last look may be in the middle of being written: gone, between
// the two steps of a careless writer, or empty, which would be a valid configuration.
void ConfigWatch::look() {
  const FileMark now = mark_of(path_);
  const bool at_rest = now == std::exchange(looked_at_, now);
  if (!at_rest || now == told_) return;
  told_ = now;
  on_change_();
}

void ConfigWatch::look_later() {
  timer_.expires_after(interval_);
  timer_.async_wait([this](ErrorCode error) {
    if (error) return;
    look();
    look_later();
  });
}

}  // namespace taskgate::cli
