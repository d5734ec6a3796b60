// Notices that the configuration file has changed: also when it comes or goes, when what kept it
// from being read is mended, and when a ConfigMap swaps the symlink that it hangs on; and not
// before the file is at rest. Two stat() a second, because that works on every file system, through
// every chain of links, and where there is no folder yet. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/task.h"

namespace taskgate::cli {

// What stands at a path, as far as two looks can be told apart by it.
struct FileMark {
  struct Moment {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const Moment&) const = default;
  };

  int error = 0;  // errno: why there is no such file; the rest is 0 then
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;  // in bytes
  Moment modified{};
  Moment changed{};  // the inode (ctime)

  bool operator==(const FileMark&) const = default;
};
FileMark mark_of(const std::string& path);

class ConfigWatch {
 public:
  // Watches the path, whether something is there or not. `loaded` was taken before the file was
  // read first, so that no change after that is missed.
  ConfigWatch(asio::io_context& loop, std::string path, FileMark loaded,
              std::function<void()> on_change, Duration interval = std::chrono::milliseconds(500))
      : timer_(loop),
        interval_(interval),
        path_(std::move(path)),
        on_change_(std::move(on_change)),
        told_(loaded) {}

  void start();

 private:
  void look();
  void look_later();

  Timer timer_;
  Duration interval_;
  std::string path_;
  std::function<void()> on_change_;
  FileMark told_;
  FileMark looked_at_{};
};

}  // namespace taskgate::cli
