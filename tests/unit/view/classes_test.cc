#include "view/classes.h"

#include <boost/json.hpp>

#include "observe/sample_status.h"
#include "observe/status_json.h"
#include "support/catch.h"
#include "unit/view/shown_cell.h"

namespace taskgate::view {
namespace {

using observe::Status;
using enum Cell;

View view_at_start(const Status& status, std::size_t cells = 64) {
  return make_view(boost::json::parse(observe::to_json(status, status.started)), cells);
}

std::vector<Cell> cells(std::initializer_list<std::pair<int, Cell>> runs) {
  std::vector<Cell> all;
  for (const auto& [count, cell] : runs) all.insert(all.end(), count, cell);
  return all;
}

TEST_CASE("Each class is drawn beside its floor and its cap, all on the same scale") {
  const View view = view_at_start(observe::status_with_classes());
  REQUIRE(view.classes.size() == 3);
  CHECK(view.classes[0].words == "1 used, floor 3, cap 12, 1 in line");
  CHECK(view.classes[0].meter == cells({{1, live}, {2, reserved}, {9, free}}));
  CHECK(view.classes[0].floor_cells == 3);
  CHECK(view.classes[1].words == "2 used, cap 2, 1 in line");
  CHECK(view.classes[1].meter == cells({{2, live}, {10, closed}}));
  CHECK(view.classes[1].floor_cells == 0);
  CHECK(view.classes[2].words == "1 used, cap 4");
  CHECK(view.classes[2].meter == cells({{1, live}, {3, free}, {8, closed}}));
}

TEST_CASE("A class that has more than its cap, or than the limit, shows it") {
  Status status = observe::status_with_classes();
  status.gate.classes[1].used = 14;
  const View view = view_at_start(status);
  CHECK(view.classes[1].meter == cells({{2, live}, {12, over}}));
  CHECK(view.classes[0].meter == cells({{1, live}, {2, reserved}, {9, free}, {2, closed}}));
}

TEST_CASE("Where there are more slots than cells a single one is still seen") {
  Status status = observe::status_with_classes();
  status.gate.limit = 1000;
  status.gate.classes[0] = {"people", 1, 1000, 500, 0};
  const View view = view_at_start(status, 10);
  CHECK(view.classes[0].meter == cells({{1, live}, {4, reserved}, {5, free}}));
  CHECK(view.classes[0].floor_cells == 5);
}

TEST_CASE("What a class uses is a question while the count is unknown, and its line is known") {
  const View view = view_at_start(observe::uncounted(observe::status_with_classes()));
  CHECK(view.classes[0].words == "use not known, floor 3, cap 12, 1 in line");
  CHECK(view.classes[0].meter == std::vector<Cell>(12, Cell::unknown));
  CHECK(view.line.size() == 2);
}

TEST_CASE("The line stands in its order, with how long it is") {
  Status status = observe::status_with_classes();
  View view = view_at_start(status);
  REQUIRE(view.line.size() == 2);
  CHECK(view.line[0].place == "1");
  CHECK(view.line[0].class_name == "people");
  CHECK(view.line[0].route == "spawn");
  CHECK(view.line[1].age_seconds == 75);
  CHECK(view.slots == "5 free, 4 promised to creates, 2 in line, 3 waiting for a decision");
  status.gate.line.assign(500, status.gate.line[1]);
  status.gate.waiting = 500;
  view = view_at_start(status);
  CHECK(view.line.size() == 100);
  CHECK(view.line_length == 500);
  CHECK(view.slots == "5 free, 4 promised to creates, 500 in line");
}

TEST_CASE("A holder is shown with the class, the route and the request that made it") {
  const View view = view_at_start(observe::status_with_classes());
  CHECK(view.holders.rows[2].class_name == "people");
  CHECK(view.holders.rows[2].route == "spawn");
  CHECK(view.holders.rows[2].request_id == "7d1f");
  CHECK(view.holders.rows[0].class_name == "default");
  CHECK(view.holders.rows[0].route.empty());
  CHECK(view.holders.rows[1].class_name.empty());
}

TEST_CASE("Without classes nothing is told of them") {
  const View view = view_at_start(observe::sample_status());
  CHECK(view.classes.empty());
  CHECK(view.line.empty());
  CHECK(view.slots.find("in line") == std::string::npos);
}

// A class below its floor, of which other doors are the cause: with the live sessions that all
// classes and reservations account for, the rest are by other doors.
struct Floor {
  int live;
  int people;
  int storms;
  bool observing;
  std::string text;  // of the alarm; empty: none
  int in_flight = 0;
};

TEST_CASE("Other doors that have taken what a floor keeps are an alarm") {
  const Floor row = GENERATE(values<Floor>({
      {12, 1, 2, false,
       "It has 1 of its floor of 3; no slot is free, and 9 are taken by sessions of no class. None "
       "is ended for it."},
      {13, 0, 2, false,
       "It has 0 of its floor of 3; no slot is free, and 11 are taken by sessions of no class. "
       "None "
       "is ended for it."},
      {12, 3, 2, false, ""},    // it has its floor
      {11, 1, 2, false, ""},    // a slot is free
      {12, 1, 11, false, ""},   // it was raised: no other door is to blame
      {12, 1, 2, true, ""},     // no floor is kept while the gate only observes
      {9, 0, 9, false, "", 9},  // these are listed already, and not answered yet
      {10, 0, 2, false,
       "It has 0 of its floor of 3; no slot is free, and 8 are taken by sessions of no class. None "
       "is ended for it.",
       2},
  }));
  Status status = observe::status_with_classes();
  status.gate.settling = status.gate.abandoned = 0;
  status.gate.in_flight = row.in_flight;
  status.gate.live = row.live;
  status.gate.observing = row.observing;
  status.gate.classes[0].used = row.people;
  status.gate.classes[1].used = row.storms;
  status.gate.classes[2].used = 0;
  std::string text;
  for (const Alarm& alarm : view_at_start(status).alarms) {
    if (alarm.title == "Other doors have taken slots that are kept for people") text = alarm.text;
  }
  CHECK(text == row.text);
}

TEST_CASE("While the count is unknown no door is blamed") {
  for (const Alarm& alarm :
       view_at_start(observe::uncounted(observe::status_with_classes())).alarms) {
    CHECK(alarm.title.find("Other doors") == std::string::npos);
  }
}

}  // namespace
}  // namespace taskgate::view
