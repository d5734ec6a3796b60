// The history of GET /status, step by step and in a sentence. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taskgate::view {

struct Step {
  std::int64_t x = 0;  // its place among the steps that a gate remembers, the newest last
  bool listed = false;
  std::optional<std::int64_t> live;
  std::optional<std::int64_t> peak;
  std::int64_t limit = 0;
  std::int64_t admitted = 0;
  std::int64_t refused = 0;
};

struct History {
  int width = 0;             // the steps that a gate remembers
  std::int64_t seconds = 0;  // that it covers: a gate that began lately knows of its own time only
  std::vector<Step> steps;   // in which something became known, oldest first
};

History history_of(const boost::json::value& status);

// "The last 50 s: at most 2 live, 0 creates admitted, 0 refused."
std::string history_in_words(const History& history);

}  // namespace taskgate::view
