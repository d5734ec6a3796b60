// What became of the configurations that were loaded, for the status. Loop thread only.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "observe/status.h"

namespace taskgate::cli {

class Reloads {
 public:
  // `configured`: the one that the gate started with is valid.
  explicit Reloads(bool configured) : generation_(configured ? 1 : 0) {}

  void succeeded() {
    ++generation_;
    fault_.clear();
    last_succeeded_ = true;
  }
  // Why a reload was refused, or what is wrong with the configuration that the gate started with.
  void failed(std::string fault) {
    fault_ = std::move(fault);
    last_succeeded_ = false;
  }

  void describe(observe::Status& status) const {
    status.config_generation = generation_;
    status.config_last_reload_success = last_succeeded_;
    status.config_error = fault_;
  }

 private:
  std::uint64_t generation_;  // 0: none that is valid
  bool last_succeeded_ = true;
  std::string fault_;
};

}  // namespace taskgate::cli
