#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "tmux/listeners.h"

namespace taskgate::tmux {
namespace {

// The next word of a line whose words stand behind one another with any number of spaces between.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

// "Num: RefCount Protocol Flags Type St Inode Path". The lines of accepted connections bear their
// server's path too, but not the flag of a listener.
std::optional<Listener> parse_line(std::string_view line) {
  for (int skipped = 0; skipped < 3; ++skipped) next_word(line);
  const bool listens = next_word(line) == "00010000";
  const bool is_stream = next_word(line) == "0001";
  const bool is_unconnected = next_word(line) == "01";
  const auto socket = next_word(line);
  if (!listens || !is_stream || !is_unconnected || line.size() < 2) return std::nullopt;
  if (line[1] == '@') return std::nullopt;  // an abstract name
  Listener listener;
  std::from_chars(socket.data(), socket.data() + socket.size(), listener.socket);
  listener.path = line.substr(1);
  return listener;
}

}  // namespace

std::vector<Listener> parse_proc_net_unix(std::string_view text) {
  std::vector<Listener> listeners;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (auto listener = parse_line(line)) listeners.push_back(std::move(*listener));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return listeners;
}

}  // namespace taskgate::tmux
