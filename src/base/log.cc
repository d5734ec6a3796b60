#include "base/log.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>

#include "base/json.h"
#include "base/names.h"
#include "base/time.h"

namespace taskgate::log {
namespace {

constexpr std::size_t kMaxLine = 4096;  // PIPE_BUF: poll() promises room for this much and no more

std::atomic<Level> g_level{Level::info};
std::atomic<int> g_descriptor{STDOUT_FILENO};
std::atomic<std::uint64_t> g_dropped{0};
std::uint64_t g_reported = 0;  // guarded by g_write
std::mutex g_write;

constexpr auto kLevelNames = names_up_to(Level::error, {{Level::debug, "debug"},
                                                        {Level::info, "info"},
                                                        {Level::warning, "warning"},
                                                        {Level::error, "error"}});

std::string_view name_of(Level level) {
  return kLevelNames[level];
}

bool write_without_blocking(std::string_view line) {
  const int descriptor = g_descriptor.load();
  pollfd ready{descriptor, POLLOUT, 0};
  if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  return ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

void set_level(Level level) {
  g_level = level;
}
bool enabled(Level level) {
  return level >= g_level.load(std::memory_order_relaxed);
}
void set_descriptor(int descriptor) {
  g_descriptor = descriptor;
}
std::uint64_t dropped_lines() {
  return g_dropped.load();
}

Event::Event(Level level, std::string_view event) : enabled_(log::enabled(level)) {
  if (!enabled_) return;
  line_ = "{\"time\":\"";
  line_ += format_wall_time(std::chrono::system_clock::now());
  line_ += "\",\"level\":\"";
  line_ += name_of(level);
  line_ += '"';
  field("event", event);
}

Event::~Event() {
  if (!enabled_) return;
  const std::scoped_lock lock(g_write);
  const std::uint64_t dropped = g_dropped.load();
  const bool reports_loss = dropped != g_reported;
  if (reports_loss) field("dropped_lines", dropped - g_reported);
  if (line_.size() + 2 > kMaxLine || !write_without_blocking(line_ += "}\n")) {
    ++g_dropped;
  } else if (reports_loss) {
    g_reported = dropped;
  }
}

Event& Event::raw(std::string_view name, std::string_view json) {
  if (!enabled_) return *this;
  line_ += ",\"";
  line_ += name;
  line_ += "\":";
  line_ += json;
  return *this;
}

Event& Event::field(std::string_view name, std::string_view value) {
  if (!enabled_) return *this;
  raw(name, "");
  append_json_string(line_, value);
  return *this;
}

Event& Event::field(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}

Event& Event::field(std::string_view name, double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return raw(name, text);
}

}  // namespace taskgate::log
