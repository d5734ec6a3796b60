// Notices that the configuration file has changed: also when it comes or goes, when what kept it
// from being read is mended, and when a ConfigMap swaps the symlink that it hangs on; and not
// before the file is at rest. Two stat() a second, because that works on every file system, through
// every chain of links, and where there is no folder yet. Loop thread only.
#pragma once

#include <functional>
#include <string>
#include <tuple>

#include "base/task.h"

namespace taskgate::cli {

// Why there is no such file, as errno, or what changes with it.
using FileMark = std::tuple<int, unsigned long, unsigned long, long, long, long, long, long>;
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
