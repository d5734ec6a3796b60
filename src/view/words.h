// How lists, spans and times are said. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace taskgate::view {

inline constexpr const char* kNotKnown = "not known";

// Adds a part of a sentence behind a comma; an empty one is left out.
void append(std::string& sentence, const std::string& part);

// The words for a value of a fixed vocabulary; one that came later is shown as it is.
using Vocabulary = std::pair<std::string_view, const char*>;
std::string in_words(std::string word, std::initializer_list<Vocabulary> vocabulary);

// "12 s", "3 min", "2 h 5 min", "1 d 3 h"; what is not told is left out, as of a person's age.
std::string age_in_words(std::int64_t seconds);

// "12 ms", "1.5 s", "3 min", "2 h 5 min"; rounded to the nearest.
std::string span_in_words(double seconds);

// "2026-01-31T12:00:00.000Z" as "2026-01-31 12:00:00 UTC"; anything else as it is.
std::string time_in_words(std::string time);

// "1 session", "2 sessions".
std::string counted(std::int64_t count, const std::string& noun);

// A route, and which webhook, cron, board or item of it: "webhook deploy".
std::string named(const std::string& route, const std::string& path_id);

// A text that is longer than `most` characters without its middle: "begin…end". Characters are
// those of UTF-8, and none is cut.
std::string cut_in_the_middle(const std::string& text, std::size_t most);

}  // namespace taskgate::view
