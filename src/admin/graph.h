// The history of GET /status as the path data of an SVG drawing: one column a step, the newest at
// the right. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "view/history.h"

namespace taskgate::admin {

// A word beside the drawing, which is stretched and can hold none.
struct GraphLabel {
  std::string x;       // per cent of the width
  std::string anchor;  // "start", "middle" or "end": which of its points stands there
  std::string text;
};

struct Graph {
  static constexpr int kHeight = 60;  // of the count's field
  static constexpr int kStrip = 20;   // of the decisions' field, drawn on its own

  int width = 0;                        // steps
  std::string counted;                  // areas: live sessions where a listing said so
  std::string carried;                  // ... where nothing was listed, and the last count stands
  std::string unknown;                  // columns in which the count was not to be had
  std::string limit;                    // a line
  std::string admitted, refused;        // bars, one upon the other
  std::int64_t top = 1;                 // the value at the upper edge of the count's field
  std::int64_t busiest = 0;             // most decisions in one step
  std::string grid;                     // lines at the ticks, and half way up
  std::string marks;                    // lines where the gate started, reloaded or drained
  std::vector<GraphLabel> mark_labels;  // none where it would cover the one before
  std::vector<GraphLabel> ticks;        // of time
  std::vector<std::string> levels;      // of the count, from the upper edge down
  std::string summary;                  // the same in words
  std::vector<view::Moment> moments;    // ... step by step, newest first
};

Graph draw_graph(const boost::json::value& status);

}  // namespace taskgate::admin
