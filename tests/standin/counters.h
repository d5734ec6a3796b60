// What has arrived, for tests: GET /standin/stats. Any thread.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <mutex>
#include <string>
#include <vector>

namespace taskgate::standin {

struct Counters {
  std::atomic<int> connections = 0;
  std::atomic<int> open = 0;  // connections that are not closed yet
  std::atomic<int> requests = 0;
  std::atomic<int> creates_received = 0;
  std::atomic<int> creates_executed = 0;

  void add_marker(const std::string& marker);
  boost::json::object to_json() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> markers_;
};

}  // namespace taskgate::standin
