#include "standin/request.h"

#include <algorithm>
#include <optional>

#include "standin/text.h"

namespace taskgate::standin {
namespace {

constexpr std::size_t kMaxLine = 65536;
constexpr int kMaxHeaderLines = 100;  // the empty line counts, so 99 fields pass

std::string_view without_line_end(std::string_view line) {
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  return line;
}

bool is_version_number(std::string_view text) {
  return text.size() <= 10 && consists_of(text, kDigits);
}

// "HTTP/" and two numbers, below 2.0. Leading zeros are fine: HTTP/01.01.
bool is_served_version(std::string_view version) {
  if (!version.starts_with("HTTP/")) return false;
  version.remove_prefix(5);
  const auto dot = version.find('.');
  if (dot == std::string_view::npos) return false;
  const auto major = version.substr(0, dot);
  return is_version_number(major) && is_version_number(version.substr(dot + 1)) &&
         to_int(major).value_or(2) < 2;
}

bool parse_request_line(std::string_view line, Request& request) {
  const auto words = split_words(without_line_end(line));
  if (words.size() < 2 || words.size() > 3) return false;
  if (words.size() == 3 && !is_served_version(words[2])) return false;
  if (words.size() == 2 && words[0] != "GET") return false;
  request.method = words[0];
  request.target = words[1];
  if (words.size() == 3) request.version = words[2];
  const auto first_other = std::min(request.target.find_first_not_of('/'), request.target.size());
  if (first_other >= 2) request.target.erase(0, first_other - 1);
  return true;
}

// Lines of a block as the email parser sees them: a lone CR ends one as well.
std::vector<std::string> email_lines(std::string_view block) {
  std::vector<std::string> lines;
  while (!block.empty()) {
    auto end = std::min(block.find_first_of("\r\n"), block.size());
    if (block.substr(end).starts_with("\r\n")) ++end;
    if (end < block.size()) ++end;
    lines.emplace_back(block.substr(0, end));
    block.remove_prefix(end);
  }
  return lines;
}

// What may stand in the header block: `name:` without a space or control before the colon, a
// continuation, or an mbox "From " line. Any other line ends the block, and the rest is lost.
bool is_header_line(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t') || line.starts_with("From ")) return true;
  const auto end = std::find_if(line.begin(), line.end(), [](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value < 0x21 || value > 0x7e || byte == ':';
  });
  return end != line.end() && *end == ':';
}

void parse_fields(const std::vector<std::string>& lines, Request& request) {
  for (const auto& line : lines) {
    if (!is_header_line(line)) return;
    const bool continues = line[0] == ' ' || line[0] == '\t';
    if (continues && !request.fields.empty()) request.fields.back().second += line;
    const auto colon = line.find(':');
    if (continues || line.starts_with("From ") || colon == 0) continue;
    const auto value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    request.fields.emplace_back(line.substr(0, colon), line.substr(value));
  }
}

Reading read_header_block(Stream& stream, std::string& block) {
  for (int count = 1;; ++count) {
    const std::string line = stream.read_line(kMaxLine + 1);
    if (line.size() > kMaxLine) return Reading::line_too_long;
    if (count > kMaxHeaderLines) return Reading::too_many_headers;
    block += line;
    if (line == "\r\n" || line == "\n" || line.empty()) return Reading::complete;
  }
}

}  // namespace

const std::string* Request::field(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
    return lower(field.first) == lower(name);
  });
  return found == fields.end() ? nullptr : &found->second;
}

std::string Request::field_or_empty(std::string_view name) const {
  const std::string* value = field(name);
  return value == nullptr ? std::string() : *value;
}

Reading read_request(Stream& stream, Request& request) {
  const std::string line = stream.read_line(kMaxLine + 1);
  if (line.size() > kMaxLine || !parse_request_line(line, request)) return Reading::nothing;
  std::string block;
  const Reading reading = read_header_block(stream, block);
  if (reading != Reading::complete) return reading;
  parse_fields(email_lines(block), request);
  for (auto& [name, value] : request.fields) value = without_line_end(value);
  return Reading::complete;
}

}  // namespace taskgate::standin
