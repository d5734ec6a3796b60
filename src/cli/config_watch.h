// Notices that the configuration file has changed: also when a ConfigMap swaps the symlink that it
// hangs on, and not before the file is at rest. Two stat() a second, because that works on every
// file system and through every chain of links. Loop thread only.
#pragma once

#include <functional>
#include <string>
#include <tuple>

#include "base/task.h"

namespace taskgate::cli {

class ConfigWatch {
 public:
  // An empty path: nothing to watch.
  ConfigWatch(asio::io_context& loop, std::string path, std::function<void()> on_change)
      : timer_(loop), path_(std::move(path)), on_change_(std::move(on_change)) {}

  void start();

 private:
  using Mark = std::tuple<unsigned long, unsigned long, long, long, long>;
  Mark mark() const;
  void look();
  void look_later();

  Timer timer_;
  std::string path_;
  std::function<void()> on_change_;
  Mark loaded_{};
  Mark looked_at_{};
};

}  // namespace taskgate::cli
