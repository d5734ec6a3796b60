#include "config/suggest.h"

#include <algorithm>
#include <numeric>

namespace taskgate::config {
namespace {

// Edit distance, where two letters in the wrong order are one mistake (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last.back();
}

// `last` stands before the last one.
std::string listed(const std::vector<std::string>& words, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

std::string closest(std::string_view word, const std::vector<std::string>& known,
                    std::size_t common) {
  // One mistake in three letters is still recognisable; more is a guess. A very long word is none
  // of ours.
  const std::size_t own = word.size() - std::min(word.size(), common);
  std::size_t best = std::min<std::size_t>(own / 3, 3) + 1;
  std::string found;
  if (word.size() > 100) return found;
  for (const std::string& candidate : known) {
    const std::size_t mistakes = distance(word, candidate);
    if (mistakes >= best) continue;
    best = mistakes;
    found = candidate;
  }
  return found;
}

std::string either(const std::vector<std::string>& words) {
  return listed(words, " or ");
}

std::string all_of(const std::vector<std::string>& words) {
  return listed(words, " and ");
}

}  // namespace taskgate::config
