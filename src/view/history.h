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

// What cuts a gate's life into parts.
struct Mark {
  std::int64_t x = 0;
  std::string kind;  // "start", "reload", "drain", "resume"
};

// What became known in a step, in words.
struct Moment {
  std::int64_t x = 0;
  std::string words;  // "2 min 5 s ago: 3 of 12 live, 1 admitted, reload"
};

struct History {
  int width = 0;             // the steps that a gate remembers
  std::int64_t seconds = 0;  // that it covers: a gate that began lately knows of its own time only
  std::vector<Step> steps;   // in which something became known, oldest first
  std::vector<Mark> marks;   // likewise
  std::int64_t step_seconds = 0;
};

History history_of(const boost::json::value& status);

// "The last 50 s: at most 2 live, 0 creates admitted, 0 refused."
std::string history_in_words(const History& history);

// Oldest first.
std::vector<Moment> moments_of(const History& history);

}  // namespace taskgate::view
