#include "tmux/lines.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace taskgate::tmux {
namespace {

constexpr std::uint64_t kMaxPid = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kMaxId = std::numeric_limits<std::uint32_t>::max();  // u_int in tmux
constexpr std::uint64_t kMaxCreated = 253'402'300'799;                       // the end of year 9999

// Takes a decimal number and the space behind it off the front of `line`.
std::optional<std::uint64_t> take_number(std::string_view& line, std::uint64_t highest) {
  std::uint64_t value = 0;
  const char* const last = line.data() + line.size();
  const auto [end, error] = std::from_chars(line.data(), last, value);
  if (error != std::errc{} || value > highest || end == last || *end != ' ') return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return value;
}

std::optional<Session> parse_line(std::string_view line) {
  const auto pid = take_number(line, kMaxPid);
  if (!pid || *pid == 0 || !line.starts_with('$')) return std::nullopt;
  line.remove_prefix(1);
  const auto id = take_number(line, kMaxId);
  if (!id) return std::nullopt;
  const auto created = take_number(line, kMaxCreated);
  if (!created) return std::nullopt;
  Session session;
  session.id = *id;
  session.server = static_cast<std::int32_t>(*pid);
  session.created = static_cast<std::int64_t>(*created);
  session.name = line;
  return session;
}

}  // namespace

bool parse_sessions(std::string_view text, std::vector<Session>& sessions) {
  if (text.empty()) return true;
  if (text.back() != '\n' || text.find('\0') != std::string_view::npos) return false;
  const std::size_t first = sessions.size();
  sessions.reserve(first + static_cast<std::size_t>(std::ranges::count(text, '\n')));
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    auto session = parse_line(line);
    const bool is_first = sessions.size() == first;
    if (session && (is_first || session->server == sessions.back().server)) {
      sessions.push_back(std::move(*session));
    } else if (is_first) {
      return false;
    } else {
      sessions.back().name.append(1, '\n').append(line);
    }
  }
  return true;
}

}  // namespace taskgate::tmux
