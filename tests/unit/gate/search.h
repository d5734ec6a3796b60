// The search of the exhaustive tests. A world is built anew from its list of events for each state,
// which needs no copying of the gate; states that differ in nothing that matters are visited once.
#pragma once

#include <array>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "support/catch.h"

namespace taskgate::gate::test {

template <typename Event>
struct SearchResult {
  std::size_t states = 0;
  std::size_t finished = 0;
  std::string fault;        // the first one; empty: there is none
  std::vector<Event> path;  // to the fault
};

// Goes through every order of events until a world has a fault, or a create waits for ever.
template <typename World, typename Event, typename Case>
SearchResult<Event> search_all(const Case& of) {
  SearchResult<Event> result;
  std::unordered_set<std::string> seen;
  std::vector<std::vector<Event>> open{{}};
  while (!open.empty() && result.fault.empty()) {
    result.path = std::move(open.back());
    open.pop_back();
    const World world(of, result.path);
    result.fault = world.fault();
    if (!seen.insert(world.signature()).second) continue;
    ++result.states;
    result.finished += world.finished();
    const std::vector<Event> choices = world.choices();
    if (choices.empty() && !world.finished()) result.fault = "a create waits for ever";
    for (const Event& choice : choices) {
      open.push_back(result.path);
      open.back().push_back(choice);
    }
  }
  if (result.fault.empty()) result.path.clear();
  return result;
}

// "arrive 0, begin 0, ", by the words for the kinds of events.
template <typename Event, std::size_t Kinds>
std::string in_words(const std::vector<Event>& path, const std::array<const char*, Kinds>& kinds) {
  std::string text;
  for (const Event& event : path) {
    text += kinds.at(static_cast<std::size_t>(event.kind));
    text += ' ' + std::to_string(event.create) + ", ";
  }
  return text;
}

// That it found nothing, and had enough to look at.
template <typename Event, std::size_t Kinds>
void check_sound(const SearchResult<Event>& result, std::size_t least_states,
                 const std::array<const char*, Kinds>& kinds) {
  INFO(result.states << " states; " << in_words(result.path, kinds));
  CHECK(result.fault == "");
  CHECK(result.states > least_states);
  CHECK(result.finished > 0);
}

}  // namespace taskgate::gate::test
