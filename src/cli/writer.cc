#include "cli/writer.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace taskgate::cli {
namespace {

// Characters, not bytes.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80; }));
}

}  // namespace

std::string padded(std::string text, std::size_t width) {
  const std::size_t length = length_of(text);
  if (length < width) text.append(width - length, ' ');
  return text;
}

std::string Writer::coloured(const char* codes, const std::string& text) const {
  if (!style_.colours) return text;
  return std::string("\x1b[") + codes + "m" + text + "\x1b[0m";
}

void Writer::paragraph(std::string_view text, std::size_t margin) {
  const std::size_t room = std::max<std::size_t>(style_.width, margin + 20) - margin;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    if (end > room) {
      const auto space = text.rfind(' ', room);
      end = space == std::string_view::npos || space == 0 ? text.find_first_of(" \n") : space;
      end = std::min(end, text.size());
    }
    line(std::string(margin, ' ') + printable(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void Writer::table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], length_of(row[i]));
    }
  }
  for (const Row& row : rows) {
    std::string cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells += i + 1 < row.size() ? padded(row[i], widths[i] + 2) : row[i];
    }
    while (cells.ends_with(' ')) cells.pop_back();
    line(&row == &rows.front() ? coloured("2", cells) : cells);
  }
}

std::size_t Writer::lines() const {
  return static_cast<std::size_t>(std::ranges::count(text_, '\n'));
}

void leave_out_empty_columns(std::vector<Writer::Row>& rows) {
  for (std::size_t column = rows.front().size(); column-- > 0;) {
    const auto is_empty = [&](const Writer::Row& row) { return row[column].empty(); };
    if (!std::all_of(rows.begin() + 1, rows.end(), is_empty)) continue;
    for (Writer::Row& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

}  // namespace taskgate::cli
