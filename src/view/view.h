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
  std::string text;     // what it means and what to look at; may be empty
  std::string runbook;  // the alert whose section of the runbook says what to do; may be empty
};

// One slot of the meter, or a share of the slots where there are too many to draw.
enum class Cell : std::uint8_t { live, over, reserved, free, closed, unknown };
std::string_view name_of(Cell cell);

// A session that holds a slot.
struct HolderRow {
  std::string name;
  std::string short_name{};  // without what all names begin with, and not too long
  std::string origin{};
  std::int64_t age_seconds = 0;
  std::optional<std::int64_t> idle_seconds;  // unset: not known
  bool ended = false;
  bool attached = false;
  std::string view_of{};
  std::string state{};  // the last three in words: "ended, attached, second view of NAME"
  // Of the create that made it; empty: not known.
  std::string class_name{};
  std::string route{};
  std::string path_id{};
  std::string request_id{};
  std::string from{};   // "webhook deploy", or where it came from: "gate", "earlier", "other door"
  std::string group{};  // above the row, where rows are grouped: "webhook: 2 sessions, 1 idle ..."
};

struct Holders {
  std::vector<HolderRow> rows;  // oldest first
  std::string prefix;           // what all names begin with; the short names are without it
  std::string summary;          // "60 sessions, 41 idle for 15 min or more, 3 ended"
  std::string none;             // why there is no row
  bool are_old = false;         // those of the last count, since now it is not known
  std::string as_of;            // ... and how old that is, in words
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
  std::string path_id;
  std::int64_t age_seconds = 0;
};

struct RefusalRow {
  std::string when;  // RFC 3339
  std::int64_t age_seconds = 0;
  std::string route;
  std::string path_id;
  std::string reason;
  std::string count;  // "12 of 12", "? of 12"
  std::string class_name;
  std::string told;  // what Retry-After said: "23 s"
  std::string request_id;
};

// Refusals of the last hour that are alike.
struct RefusalSumRow {
  std::string route;
  std::string path_id;
  std::string class_name;
  std::string reason;
  std::int64_t count = 0;
  std::string last;  // RFC 3339
  std::string last_request_id;
};

// Creates that passed and would have been refused.
struct ObservedRow {
  std::string route;
  std::string reason;
  std::int64_t last_hour = 0;
  std::int64_t last_day = 0;
  std::string class_name{};
};

// What became of the requests of a route since the start, each number as text.
struct RouteRow {
  std::string route;
  std::string admitted, waited, refused, observed, errors;
  std::string median, p99;  // "12 ms"; empty where nothing came
};

// Whether the upstream answers: "upstream answers".
struct UpstreamState {
  std::optional<Level> level;  // unset: nothing was asked of it yet
  std::string words;
};

struct Fact {
  std::string name;
  std::string value;
};

struct View {
  Level level = Level::good;
  std::string state;  // "open", "full", "unknown", ...
  UpstreamState upstream;
  std::vector<Alarm> alarms;
  std::string name;      // of the workspace, or else of the pod; empty: not configured
  std::string identity;  // "workspace alice, pod ws-alice-0, namespace coders"

  std::optional<std::int64_t> live;  // unset while unknown
  std::int64_t limit = 0;
  std::string count;  // "3 / 12", "? / 12"
  std::string slots;  // "8 free, 1 promised to creates"
  std::vector<Cell> meter;
  std::vector<std::string> expected;  // while no slot is free: when one should be, who is idle

  std::vector<Fact> figures;  // what changes: signal, reservations, rates, connections
  std::vector<Fact> facts;    // what does not: addresses, configuration
  std::string version;
  std::int64_t uptime_seconds = 0;

  Holders holders;
  std::vector<RefusalRow> refusals;           // the newest ten, newest first
  std::vector<RefusalSumRow> refused_lately;  // of the last hour, most first
  bool observing = false;                     // nothing is enforced
  std::vector<ObservedRow> observed;          // of the last day, most first
  std::vector<RouteRow> routes;               // by which something came since the start
  std::string peak;                           // "9 at 2026-01-31 12:00:00 UTC"; empty: not known
  std::vector<ClassRow> classes;  // empty: none are configured, and nothing is told of them
  std::vector<LineRow> line;      // those at its head, the next one first
  std::int64_t line_length = 0;   // ... and all
};

// What is missing in the document is shown as not known. `cells`: slots that are drawn at most.
View make_view(const boost::json::value& status, std::size_t cells);

// What is shown when there is no state to show.
View view_without_state(std::string reason);

}  // namespace taskgate::view
