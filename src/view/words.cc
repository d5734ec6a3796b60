#include "view/words.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace taskgate::view {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;

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
  const auto pair = [&](std::int64_t large, const char* name, std::int64_t small,
                        const char* rest_name) {
    std::string words = std::to_string(seconds / large) + name;
    if (const auto rest = seconds % large / small; rest > 0) {
      words += " " + std::to_string(rest) + rest_name;
    }
    return words;
  };
  seconds = std::max<std::int64_t>(seconds, 0);
  if (seconds < kMinute) return std::to_string(seconds) + " s";
  if (seconds < kHour) return std::to_string(seconds / kMinute) + " min";
  if (seconds < kDay) return pair(kHour, " h", kMinute, " min");
  return pair(kDay, " d", kHour, " h");
}

// Rounded before the unit is chosen, since what is rounded up may be one of the next.
std::string span_in_words(double seconds) {
  if (seconds < 0.001) return "under 1 ms";
  const auto thousandths = std::lround(1000 * seconds);
  if (thousandths < 1000) return std::to_string(thousandths) + " ms";
  const auto tenths = std::lround(10 * seconds);
  if (tenths < 100) {
    const std::string rest = tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10);
    return std::to_string(tenths / 10) + rest + " s";
  }
  std::int64_t whole = std::lround(seconds);
  for (const auto& [from, unit] : {std::pair{kMinute, kMinute}, {kDay, kHour}}) {
    if (whole >= from) whole = (whole + unit / 2) / unit * unit;
  }
  return age_in_words(whole);
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
