#include "view/words.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace taskgate::view {
namespace {

// Where each character of UTF-8 begins; bytes that are none count with the one before.
std::vector<std::size_t> beginnings(const std::string& text) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80) found.push_back(i);
  }
  return found;
}

}  // namespace

void append(std::string& sentence, const std::string& part) {
  if (part.empty()) return;
  if (!sentence.empty()) sentence += ", ";
  sentence += part;
}

std::string in_words(std::string word, std::initializer_list<Vocabulary> vocabulary) {
  for (const auto& [known, meaning] : vocabulary) {
    if (known == word) return meaning;
  }
  return word;
}

std::string age_in_words(std::int64_t seconds) {
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  const auto pair = [&](std::int64_t large, const char* name, std::int64_t small,
                        const char* rest_name) {
    std::string words = std::to_string(seconds / large) + name;
    if (const auto rest = seconds % large / small; rest > 0) {
      words += " " + std::to_string(rest) + rest_name;
    }
    return words;
  };
  seconds = std::max<std::int64_t>(seconds, 0);
  if (seconds < minute) return std::to_string(seconds) + " s";
  if (seconds < hour) return std::to_string(seconds / minute) + " min";
  if (seconds < day) return pair(hour, " h", minute, " min");
  return pair(day, " d", hour, " h");
}

std::string span_in_words(double seconds) {
  if (seconds < 1) {
    const double thousandths = 1000 * seconds;
    if (thousandths < 1) return "under 1 ms";
    return std::to_string(std::lround(thousandths)) + " ms";
  }
  if (seconds >= 10) return age_in_words(std::lround(seconds));
  const auto tenths = std::lround(10 * seconds);
  const std::string rest = tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10);
  return std::to_string(tenths / 10) + rest + " s";
}

std::string time_in_words(std::string time) {
  if (time.size() != 24 || time[10] != 'T' || !time.ends_with('Z')) return time;
  time[10] = ' ';
  return time.substr(0, 19) + " UTC";
}

std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string named(const std::string& route, const std::string& path_id) {
  return path_id.empty() ? route : route + " " + path_id;
}

std::string cut_in_the_middle(const std::string& text, std::size_t most) {
  const auto begins = beginnings(text);
  if (begins.size() <= most) return text;
  const std::size_t tail = (most - 1) / 2;
  const std::size_t head = most - 1 - tail;
  return text.substr(0, begins[head]) + "\u2026" + text.substr(begins[begins.size() - tail]);
}

}  // namespace taskgate::view
