// "Did you mean ...?" Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace taskgate::config {

// The known word that `word` is most likely a misspelling of; empty when none is close. The first
// `common` characters, which all words share, do not count when it is decided how many mistakes are
// still close.
std::string closest(std::string_view word, const std::vector<std::string>& known,
                    std::size_t common = 0);

// "a", "a or b", "a, b or c".
std::string either(const std::vector<std::string>& words);
// "a", "a and b", "a, b and c".
std::string all_of(const std::vector<std::string>& words);

}  // namespace taskgate::config
