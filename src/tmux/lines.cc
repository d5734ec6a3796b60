#include "tmux/lines.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "tmux/views.h"

namespace taskgate::tmux {
namespace {

constexpr std::uint64_t kMaxPid = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kMaxId = std::numeric_limits<std::uint32_t>::max();  // u_int in tmux
constexpr std::uint64_t kMaxTime = 253'402'300'799;                          // the end of year 9999
constexpr std::size_t kUsualLine = 32;                                       // bytes, or more

// Takes a decimal number and the `behind` it off the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t highest,
                                         char behind = ' ') {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits) {
    value = value * 10 + static_cast<std::uint64_t>(text[digits] - '0');
    if (value > highest) return std::nullopt;
  }
  if (digits == 0 || digits == text.size() || text[digits] != behind) return std::nullopt;
  text.remove_prefix(digits + 1);
  return value;
}

// Takes all that consists of `bytes` off the front of `text`.
std::string_view take_run(std::string_view& text, std::string_view bytes) {
  const auto size = std::min(text.find_first_not_of(bytes), text.size());
  const std::string_view run = text.substr(0, size);
  text.remove_prefix(size);
  return run;
}

// --- Windows

struct Window {
  std::uint32_t id = 0;
  std::int64_t activity = 0;  // Unix seconds
  std::size_t panes = 0;
  bool ended = false;  // the programs of all its panes
};

// Takes `@id:activity:flags` off the front of `text`, one flag a pane.
std::optional<Window> take_window(std::string_view& text) {
  if (!text.starts_with('@')) return std::nullopt;
  text.remove_prefix(1);
  const auto id = take_number(text, kMaxId, ':');
  if (!id) return std::nullopt;
  const auto activity = take_number(text, kMaxTime, ':');
  if (!activity) return std::nullopt;
  const std::string_view flags = take_run(text, "01");
  return Window{.id = static_cast<std::uint32_t>(*id),
                .activity = static_cast<std::int64_t>(*activity),
                .panes = flags.size(),
                .ended = flags.find('0') == std::string_view::npos};
}

// All windows of a session; nothing if `text` is not whole: empty up to 2.8, or cut.
std::optional<std::vector<Window>> whole_list(std::string_view text, std::uint64_t count) {
  std::vector<Window> windows;
  while (!text.empty()) {
    const auto window = take_window(text);
    if (!window || window->panes == 0) return std::nullopt;
    windows.push_back(*window);
  }
  if (windows.empty() || windows.size() != count) return std::nullopt;
  return windows;
}

// --- Details

struct Seen {
  Details details;
  WindowSet windows;  // empty: not known
};

Seen reckon(std::int64_t activity, std::uint64_t count, const Window& current,
            std::string_view list) {
  Seen seen;
  const auto whole = whole_list(list, count);
  if (whole) {
    seen.details.ended = std::ranges::all_of(*whole, &Window::ended);
  } else if (!current.ended) {
    seen.details.ended = false;
  }  // else another pane or window of it may live
  if (!whole && count != 1) return seen;
  std::int64_t latest = std::max(activity, current.activity);
  for (const Window& window : whole ? std::span(*whole) : std::span(&current, 1)) {
    latest = std::max(latest, window.activity);
    seen.windows.push_back(window.id);
  }
  seen.details.silent_since = latest;
  tidy(seen.windows);
  return seen;
}

// Takes the fields between `created` and `name`, and the spaces behind them, off the front of
// `line`.
std::optional<Seen> take_details(std::string_view& line) {
  const auto activity = take_number(line, kMaxTime);
  if (!activity) return std::nullopt;
  const auto attached = take_number(line, kMaxId);
  if (!attached) return std::nullopt;
  const auto count = take_number(line, kMaxId);
  if (!count) return std::nullopt;
  const auto current = take_window(line);
  if (!current || current->panes != 1 || !line.starts_with(' ')) return std::nullopt;
  line.remove_prefix(1);
  const std::string_view list = take_run(line, "0123456789@:");
  if (!line.starts_with(' ')) return std::nullopt;
  line.remove_prefix(1);
  Seen seen = reckon(static_cast<std::int64_t>(*activity), *count, *current, list);
  seen.details.attached = *attached > 0;
  return seen;
}

// --- Lines

// Reads one line into `session`, and into `windows` what its details say of them; false: `text` is
// no whole line.
bool parse_line(std::string_view text, Question question, Session& session, WindowSet& windows) {
  const auto pid = take_number(text, kMaxPid);
  if (!pid || *pid == 0 || !text.starts_with('$')) return false;
  text.remove_prefix(1);
  const auto id = take_number(text, kMaxId);
  if (!id) return false;
  const auto created = take_number(text, kMaxTime);
  if (!created) return false;
  if (question == Question::details) {
    auto seen = take_details(text);
    if (!seen) return false;
    session.details = std::move(seen->details);
    windows = std::move(seen->windows);
  }
  session.id = *id;
  session.server = static_cast<std::int32_t>(*pid);
  session.created = static_cast<std::int64_t>(*created);
  session.name = text;
  return true;
}

}  // namespace

bool parse_sessions(std::string_view text, Question question, std::vector<Session>& sessions) {
  if (text.empty()) return true;
  if (text.back() != '\n' || text.find('\0') != std::string_view::npos) return false;
  const std::size_t first = sessions.size();
  std::vector<WindowSet> windows;  // of the sessions from `first` on
  sessions.reserve(first + text.size() / kUsualLine + 1);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view bytes = text.substr(0, end);
    text.remove_prefix(end + 1);
    const bool is_first = sessions.size() == first;
    Session& session = sessions.emplace_back();
    WindowSet seen;
    const bool is_line = parse_line(bytes, question, session, seen);
    if (is_line && (is_first || session.server == sessions[sessions.size() - 2].server)) {
      if (question == Question::details) windows.push_back(std::move(seen));
      continue;
    }
    sessions.pop_back();
    if (is_first) return false;
    sessions.back().name.append(1, '\n').append(bytes);
  }
  mark_views(std::span(sessions).subspan(first), windows);
  return true;
}

}  // namespace taskgate::tmux
