// The tables of a gate's state for a terminal. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/writer.h"
#include "view/view.h"

namespace taskgate::cli {

struct Table {
  std::string title;              // a line above it; may be empty
  std::vector<Writer::Row> rows;  // the first is the head
  std::string what;               // the other rows are, in the plural: "sessions"
  std::size_t rest = 0;           // more that are known of and are not among the rows
  std::size_t least = 1;          // with fewer rows it says too little to be worth its head
};

// The tables in which there is something, the most telling first. `whole`: names are told whole,
// else as short as they can be told apart.
std::vector<Table> tables_of(const view::View& view, const Writer& out, bool whole);

// Slots as signs. Cells of a kind stand together, so that their colour is said once.
std::string meter(const std::vector<view::Cell>& cells, const Writer& out);

}  // namespace taskgate::cli
