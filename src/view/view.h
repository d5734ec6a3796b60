// The state of a gate in words, for the status page and for `taskgate status`: both show the same.
// Made from the JSON of GET /status, so that people see what scripts read. Pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskgate::view {

enum class Level : std::uint8_t { good, warning, bad };
std::string_view name_of(Level level);

// What somebody has to know at once, worst first.
struct Alarm {
  Level level = Level::bad;
  std::string title;
  std::string text;  // what it means and what to look at; may be empty
};

// One slot of the meter, or a share of the slots where there are too many to draw.
enum class Cell : std::uint8_t { live, over, reserved, free, closed, unknown };
std::string_view name_of(Cell cell);

struct HolderRow {
  std::string name;
  std::string origin;
  std::int64_t age_seconds = 0;
  std::string state;  // "ended, second view of NAME, idle since TIME"; empty: not known
  // Of the create that made it; empty: not known.
  std::string class_name{};
  std::string route{};
  std::string request_id{};
};

// A class beside its bounds.
struct ClassRow {
  std::string name;
  std::optional<std::int64_t> used;  // unset while unknown
  std::int64_t cap = 0;
  std::int64_t floor = 0;
  std::int64_t waiting = 0;     // in line
  std::string words{};          // "1 used, floor 3, cap 8, 2 in line"
  std::vector<Cell> meter{};    // reserved: kept for it; closed: beyond its cap
  std::size_t floor_cells = 0;  // of the meter, that are of its floor
};

// A create in line.
struct LineRow {
  std::string place;
  std::string class_name;
  std::string route;
  std::int64_t age_seconds = 0;
};

struct RefusalRow {
  std::string when;  // RFC 3339
  std::int64_t age_seconds = 0;
  std::string route;
  std::string reason;
  std::string count;  // "12 of 12", "? of 12"
  std::string class_name{};
};

// Creates that passed and would have been refused.
struct ObservedRow {
  std::string route;
  std::string reason;
  std::int64_t last_hour = 0;
  std::int64_t last_day = 0;
  std::string class_name{};
};

struct Fact {
  std::string name;
  std::string value;
};

struct View {
  Level level = Level::good;
  std::string state;  // "open", "full", "unknown", ...
  std::vector<Alarm> alarms;

  std::optional<std::int64_t> live;  // unset while unknown
  std::int64_t limit = 0;
  std::string count;  // "3 / 12", "? / 12"
  std::string slots;  // "8 free, 1 promised to creates"
  std::vector<Cell> meter;

  std::vector<Fact> figures;  // what changes: signal, reservations, rates, connections
  std::vector<Fact> facts;    // what does not: addresses, configuration
  std::string version;
  std::int64_t uptime_seconds = 0;

  std::string no_holders;  // why there is no row
  std::vector<HolderRow> holders;
  std::vector<RefusalRow> refusals;   // the newest ten, newest first
  bool observing = false;             // nothing is enforced
  std::vector<ObservedRow> observed;  // of the last day, most first
  std::vector<ClassRow> classes;      // empty: none are configured, and nothing is told of them
  std::vector<LineRow> line;          // those at its head, the next one first
  std::int64_t line_length = 0;       // ... and all
};

// What is missing in the document is shown as not known. `cells`: slots that are drawn at most.
View make_view(const boost::json::value& status, std::size_t cells);

// What is shown when there is no state to show.
View view_without_state(std::string reason);

// "12 s", "3 min", "2 h 5 min", "1 d 3 h".
std::string age_in_words(std::int64_t seconds);

}  // namespace taskgate::view
