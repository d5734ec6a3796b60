// Following GET /events, for `taskgate status --watch`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/config.h"

namespace taskgate::cli {

struct Event {
  std::string name;
  std::string data;

  bool operator==(const Event&) const = default;
};

// Takes server-sent events out of a stream of bytes, as far as the gate makes them: `event` and
// `data` lines, ended by LF; other fields are passed over. Pure.
class EventParser {
 public:
  // More of the stream.
  void feed(std::string_view bytes) { rest_ += bytes; }
  // The next whole event; nothing until more comes.
  std::optional<Event> next();

 private:
  void take_line(std::string_view line);

  std::string rest_;
  Event event_;
  bool has_data_ = false;
};

// What is called for each event; false: no more of them.
using OnEvent = std::function<bool(const Event&)>;

// Calls `on_event` for each event, until it says false or SIGINT, SIGTERM or SIGQUIT comes, which
// gives nothing, or until the stream is over or cannot be had, which gives a sentence that says
// why. A gate that says nothing for `patience` is given up. A wildcard address is asked on
// loopback.
std::optional<std::string> follow(const config::Address& address, const OnEvent& on_event,
                                  Duration patience = std::chrono::seconds(15));

}  // namespace taskgate::cli
