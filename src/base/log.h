// One JSON line an event on standard output:
//   {"time":"...","level":"info","event":"listening","address":"0.0.0.0:6090"}
//
// Writing never blocks the data plane: a line is at most 4096 bytes (PIPE_BUF), and is written only
// when poll() says that the whole of it fits; else it is dropped and counted, and the next line
// that gets through says how many were lost. Used from the loop's thread and the admin server's.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace taskgate::log {

enum class Level : std::uint8_t { debug, info, warning, error };

// Lines below this level are not written. Default: info.
void set_level(Level level);
bool enabled(Level level);

// Where lines go; standard output unless a test says otherwise.
void set_descriptor(int descriptor);

// Lines dropped since the start because standard output would have blocked or failed.
std::uint64_t dropped_lines();

// Builds one line and writes it when it goes out of scope:
//   log::Event(log::Level::info, "drain_started").field("timeout_s", 25);
// Event names and field names are stable (docs/logs.md); values are never bodies, tokens or query
// values.
class Event {
 public:
  Event(Level level, std::string_view event);
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  Event& field(std::string_view name, std::string_view value);
  Event& field(std::string_view name, const char* value) {
    return field(name, std::string_view(value));
  }
  // That lines like this one were not written since the last that was (Throttle); nothing for none.
  Event& left_out(std::uint64_t lines) { return lines == 0 ? *this : field("left_out", lines); }
  Event& field(std::string_view name, bool value);
  Event& field(std::string_view name, double value);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) Event& field(std::string_view name, Integer value) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return raw(name, std::string_view(text, end));
  }

 private:
  Event& raw(std::string_view name, std::string_view json);

  bool enabled_;
  std::string line_;
};

inline Event debug(std::string_view event) {
  return {Level::debug, event};
}
inline Event info(std::string_view event) {
  return {Level::info, event};
}
inline Event warning(std::string_view event) {
  return {Level::warning, event};
}
inline Event error(std::string_view event) {
  return {Level::error, event};
}

}  // namespace taskgate::log
