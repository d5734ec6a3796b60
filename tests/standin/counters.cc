#include "standin/counters.h"

#include <boost/json/array.hpp>

namespace taskgate::standin {

void Counters::add_marker(const std::string& marker) {
  const std::lock_guard lock(mutex_);
  markers_.push_back(marker);
}

boost::json::object Counters::to_json() const {
  const std::lock_guard lock(mutex_);
  return {{"creates_received", creates_received.load()},
          {"creates_executed", creates_executed.load()},
          {"requests", requests.load()},
          {"connections", connections.load()},
          {"open", open.load() - 1},  // without the one that asks
          {"create_ids", boost::json::array(markers_.begin(), markers_.end())}};
}

}  // namespace taskgate::standin
