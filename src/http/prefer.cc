#include "http/prefer.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "http/characters.h"

namespace taskgate::http {
namespace {

// A list's text, taken off piece by piece, each with the white space before it.
class Text {
 public:
  explicit Text(std::string_view text) : rest_(text) {}

  bool take(char c) {
    trim_front();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool is_empty() {
    trim_front();
    return rest_.empty();
  }
  bool is_at(std::string_view any_of) {
    trim_front();
    return !rest_.empty() && any_of.find(rest_.front()) != std::string_view::npos;
  }
  // Empty: none is there.
  std::string_view take_token() {
    trim_front();
    const std::string_view token = rest_.substr(0, skip(ByteClass::token, rest_, 0));
    rest_.remove_prefix(token.size());
    return token;
  }
  // A token or a quoted string; an empty one is as good as none (section 2). False: neither.
  bool take_word(std::string& word) {
    if (take('"')) return take_quoted(word);
    word = take_token();
    return !word.empty();
  }

 private:
  void trim_front() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool take_quoted(std::string& word) {
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) break;
      word += rest_[i];
    }
    return false;
  }

  std::string_view rest_;
};

struct Preference {
  std::string_view name;
  std::string value;
};

// name [ "=" word ]
bool take_pair(Text& text, Preference& pair) {
  pair.name = text.take_token();
  return !pair.name.empty() && (!text.take('=') || text.take_word(pair.value));
}

// preference = pair *( ";" [ pair ] ), behind any number of commas. False: there is none, or a
// fault.
bool take_preference(Text& text, Preference& preference) {
  while (text.take(',')) continue;
  preference = {};
  if (!take_pair(text, preference)) return false;
  while (text.take(';')) {
    Preference parameter;
    const bool ends = text.is_empty() || text.is_at(";,");
    if (!ends && !take_pair(text, parameter)) return false;
  }
  return text.is_empty() || text.is_at(",");
}

// Only digits. More than fit stand for the most that does.
std::optional<std::chrono::seconds> seconds_of(std::string_view digits) {
  constexpr std::int64_t kMost = 0x7FFF'FFFF;
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char digit : digits) seconds = std::min(seconds * 10 + (digit - '0'), kMost);
  return std::chrono::seconds(seconds);
}

}  // namespace

std::optional<std::chrono::seconds> preferred_wait(const RequestHead& head) {
  for (const Field& field : head.fields) {
    if (!equals_ignoring_case(field.name, "prefer")) continue;
    Text text(field.value);
    Preference each;
    while (take_preference(text, each)) {
      if (equals_ignoring_case(each.name, "wait")) return seconds_of(each.value);
    }
  }
  return std::nullopt;
}

}  // namespace taskgate::http
