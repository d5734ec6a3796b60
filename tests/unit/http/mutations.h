// Messages that are well-formed, and small damages to them: the kind that attacks and broken
// clients consist of.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace taskgate::http::test {

const std::vector<std::string>& sound_requests();
const std::vector<std::string>& sound_answers();

// Gives the same messages for the same seed.
class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  // One of the messages with one to three damages.
  std::string damage_one_of(const std::vector<std::string>& messages);

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  void damage(std::string& message);

  std::mt19937 random_;
};

}  // namespace taskgate::http::test
