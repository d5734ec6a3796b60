// Thousands of spellings of the requests that create a task: each way of writing one that some
// parser might take for it, alone and in combinations. The same ones for the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace taskgate::test {

struct Spelling {
  std::string bytes;  // kNumber stands in it where each sending is to have a number of its own
  // Nothing in it is for a strict server to refuse, so it must be forwarded.
  bool is_well_formed = true;
  bool is_head = false;  // the method is HEAD: its answer has no body
};

// In bodies, since a webhook takes a body that it has seen for a repeated delivery.
inline constexpr std::string_view kNumber = "########";
std::string numbered(const Spelling& spelling, int number);

// One choice of how a part of a request is written.
struct Choice {
  std::string text;
  bool is_well_formed = true;
};

// The parts of a request, each plain unless a choice is put in its place.
struct Parts {
  Choice before;  // the request line
  Choice method{"POST"};
  Choice space{" "};
  std::string target;
  Choice version{"HTTP/1.1"};
  Choice line_end{"\r\n"};
  Choice host{"Host: x\r\n"};
  Choice fields;
  Choice body{"Content-Length: 2\r\n\r\n{}"};  // from its framing on
};

class Spellings {
 public:
  explicit Spellings(unsigned seed) : random_(seed) {}

  // Each route behind each stack of prefixes, and with each other choice of one part.
  std::vector<Spelling> one_by_one() const;
  // A few choices at once.
  Spelling combined();

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  const Choice& pick(const std::vector<Choice>& from) { return from[below(from.size())]; }
  void change_target(std::string& target);

  std::mt19937 random_;  // the standard fixes its numbers
};

}  // namespace taskgate::test
