#include "gate/classes.h"

#include <algorithm>
#include <utility>

namespace taskgate::gate {
namespace {

int used(const Share& share, Outlook outlook) {
  return outlook == Outlook::promised ? share.used() : share.sessions;
}

}  // namespace

Duration longest_wait(const ClassRule& rule) {
  return std::max(rule.wait, rule.max_wait);
}

Duration line_wait(const ClassRule& rule, std::optional<Duration> prefers) {
  return prefers ? std::min(*prefers, longest_wait(rule)) : rule.wait;
}

int owed_to_others(const Shares& shares, std::size_t rank, Outlook outlook) {
  int owed = 0;
  for (std::size_t other = 0; other < shares.of.size(); ++other) {
    if (other == rank) continue;
    owed += std::max(0, shares.of[other].floor - used(shares.of[other], outlook));
  }
  return outlook == Outlook::promised ? owed : std::max(0, owed - shares.claimable);
}

int room(int free, const Shares& shares, std::size_t rank, Outlook outlook) {
  const Share& mine = shares.of[rank];
  const int has = used(mine, outlook);
  const int beyond_floor = free - owed_to_others(shares, rank, outlook);
  return std::min({free, mine.cap - has, std::max(mine.floor - has, beyond_floor)});
}

ClassId Classes::id(std::string_view name) {
  const auto found = std::ranges::find(names_, name);
  const auto id = static_cast<ClassId>(found - names_.begin());
  if (found == names_.end()) names_.emplace_back(name);
  return id;
}

void Classes::configure(std::vector<ClassRule> rules, std::string_view inherited) {
  configured_ = !rules.empty();
  rules_ = std::move(rules);
  if (std::ranges::find(rules_, kDefaultClassName, &ClassRule::name) == rules_.end()) {
    rules_.push_back({.name = kDefaultClassName});
  }
  ids_.clear();
  for (const ClassRule& rule : rules_) ids_.push_back(id(rule.name));
  inherited_ = inherited.empty() ? std::nullopt : find(id(inherited));
}

std::optional<std::size_t> Classes::find(ClassId id) const {
  const auto found = std::ranges::find(ids_, id);
  if (found == ids_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - ids_.begin());
}

std::size_t Classes::rank_of(ClassId id) const {
  if (!configured_) return 0;
  const auto rank = find(id);
  return rank ? *rank : *find(kDefaultClass);
}

void Classes::reset(Shares& shares) const {
  shares.claimable = 0;
  shares.of.clear();
  for (const ClassRule& rule : rules_) shares.of.push_back({.floor = rule.floor, .cap = rule.cap});
}

}  // namespace taskgate::gate
