#include "route/pattern.h"

#include <algorithm>

#include "base/text.h"

namespace taskgate::route {
namespace {

using Characters = std::bitset<256>;

std::size_t index(char character) {
  return static_cast<unsigned char>(character);
}

bool is_name(std::string_view text) {
  return !text.empty() && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

Characters any_but_delimiters() {
  Characters all;
  all.set();
  for (const char delimiter : {'/', '?', '#'}) all.reset(index(delimiter));
  return all;
}

// Sets the characters of a class, given without its brackets; says what is wrong with it.
std::string read_class(std::string_view text, Characters& characters) {
  if (text.empty()) return "a class must not be empty";
  if (text.front() == '^') return "a class cannot be negated with '^'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char first = text[i];
    const bool is_range = i + 2 < text.size() && text[i + 1] == '-';
    const char last = is_range ? text[i + 2] : first;
    if (index(last) < index(first)) return "a range of a class must go upwards";
    for (std::size_t c = index(first); c <= index(last); ++c) characters.set(c);
    if (is_range) i += 2;
  }
  if (characters.test(index('/'))) return "a class must not contain '/'";
  return "";
}

// The characters of a variable, given as "name" or "name:[class]" and split at the colon.
std::string read_characters(std::string_view name, std::string_view behind_name,
                            Characters& characters) {
  if (!is_name(name)) return "a variable's name is made of a-z, 0-9 and '_' and begins with a-z";
  if (behind_name.empty()) {
    characters = any_but_delimiters();
    return "";
  }
  if (behind_name.size() < 3 || !behind_name.starts_with(":[") || !behind_name.ends_with(']')) {
    return "a variable is written {name} or {name:[characters]}";
  }
  return read_class(behind_name.substr(2, behind_name.size() - 3), characters);
}

}  // namespace

bool begins_with(std::string_view text, std::string_view start, Comparison comparison) {
  if (comparison == Comparison::bytes) return text.starts_with(start);
  return equals_ignoring_case(text.substr(0, start.size()), start);
}

boost::system::result<Pattern, std::string> Pattern::parse(std::string_view text) {
  if (!text.starts_with('/')) return std::string("a path begins with '/'");
  Pattern pattern;
  pattern.text_ = text;
  std::vector<std::string> names;
  while (!text.empty()) {
    const bool is_variable = text.front() == '{';
    const std::size_t end = is_variable ? text.find('}') : text.find('{');
    if (is_variable && end == std::string_view::npos) return std::string("'{' has no '}'");
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), is_variable ? end + 1 : piece.size()));
    std::string fault =
        is_variable ? pattern.add_variable(piece.substr(1), names) : pattern.add_literal(piece);
    if (is_variable && !text.empty() && text.front() != '/') {
      fault = "a variable is a whole segment";
    }
    if (!fault.empty()) return fault;
  }
  return pattern;
}

std::string Pattern::add_literal(std::string_view text) {
  for (const char c : text) {
    if (index(c) <= ' ' || index(c) == 0x7F) return "a path has no spaces or control characters";
    if (c == '?' || c == '#') return "a path ends before '?' and '#'";
    if (c == '}') return "'}' has no '{'";
  }
  pieces_.push_back({std::string(text), {}, false});
  return "";
}

std::string Pattern::add_variable(std::string_view text, std::vector<std::string>& names) {
  if (!pieces_.back().literal.ends_with('/')) return "a variable is a whole segment";
  const std::string name(text.substr(0, text.find(':')));
  Piece piece;
  piece.any = name.size() == text.size();
  std::string fault = read_characters(name, text.substr(name.size()), piece.characters);
  if (!fault.empty()) return fault;
  if (std::find(names.begin(), names.end(), name) != names.end()) {
    return "the variable '" + name + "' stands twice";
  }
  names.push_back(name);
  variable_name_ = names.front();
  pieces_.push_back(std::move(piece));
  return "";
}

bool Pattern::takes(const Piece& piece, std::string_view segment, Comparison comparison) {
  if (segment.empty()) return false;
  if (comparison == Comparison::bytes) {
    return std::all_of(segment.begin(), segment.end(),
                       [&](char c) { return piece.characters.test(index(c)); });
  }
  return piece.any || std::all_of(segment.begin(), segment.end(), [&](char c) {
           return piece.characters.test(index(to_lower(c))) ||
                  piece.characters.test(index(to_upper(c)));
         });
}

// A variable is a whole segment and no class has '/', so that the segment's end is the variable's:
// nothing is tried twice, and the time is linear in the path.
bool Pattern::matches(std::string_view path, Comparison comparison,
                      std::string_view* variable) const {
  if (pieces_.empty()) return false;
  std::string_view first;
  for (const Piece& piece : pieces_) {
    const bool is_literal = !piece.literal.empty();
    const std::string_view part =
        path.substr(0, is_literal ? piece.literal.size() : path.find('/'));
    const bool fits =
        is_literal ? begins_with(path, piece.literal, comparison) : takes(piece, part, comparison);
    if (!fits) return false;
    if (!is_literal && first.empty()) first = part;
    path.remove_prefix(part.size());
  }
  if (!path.empty()) return false;
  if (variable != nullptr) *variable = first;
  return true;
}

}  // namespace taskgate::route
