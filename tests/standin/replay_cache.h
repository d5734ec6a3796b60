// Webhook deliveries seen in the last five minutes. The upstream writes it before it checks its
// capacity: a delivery that it refuses with 429 is answered 409 when it is tried again. Any thread.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace taskgate::standin {

class ReplayCache {
 public:
  // False when this delivery was seen before; it is remembered in any case.
  bool remember(const std::string& webhook, const std::string& body) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    std::erase_if(seen_, [&](const auto& entry) { return now - entry.second > kKept; });
    return seen_.emplace(webhook + "\n" + body, now).second;
  }

 private:
  static constexpr auto kKept = std::chrono::minutes(5);

  std::mutex mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point> seen_;
};

}  // namespace taskgate::standin
