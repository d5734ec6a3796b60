// Classes of creates: each has a share of the slots and a place in line of its own. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace taskgate::gate {

// Stands for a class's name for as long as the gate lives: reloads do not change it.
using ClassId = std::uint32_t;
inline constexpr ClassId kDefaultClass = 0;
inline constexpr const char* kDefaultClassName = "default";

struct ClassRule {
  std::string name;
  int floor = 0;                              // slots that no other class may take
  int cap = std::numeric_limits<int>::max();  // slots that it may take at most
  Duration wait{};                            // in line, at most; 0: it does not stand in line
  Duration max_wait{};                        // ... for a client that asks for more; 0: `wait`
  int places = 100;                           // creates in line, at most
};

// How long a create of the class may stand in line at most, whatever its client prefers.
Duration longest_wait(const ClassRule& rule);
// ... and how long this one may; `prefers` is what its client asks for.
Duration line_wait(const ClassRule& rule, std::optional<Duration> prefers);

// What a class may have, and what it has.
struct Share {
  int floor = 0;
  int cap = std::numeric_limits<int>::max();
  int sessions = 0;  // that live, and are known to be of its creates
  int reserved = 0;  // slots in open reservations of its creates
  int waiting = 0;   // creates in line

  int used() const { return sessions + reserved; }
};

// Those of all classes, in their order. A class's *rank* is where it stands in that order, 0 for
// the first: a reload may change it, and it is no place in line.
struct Shares {
  std::vector<Share> of;
  int claimable = 0;  // live sessions of no class that the answer to a create may still name
};

// What is reckoned with: the slots that are promised to creates in flight, or the best that can
// become of these, which is that they end, and what is claimable was theirs.
enum class Outlook : std::uint8_t { promised, best };

// Slots that the classes other than the one of `rank` are short of their floors.
int owed_to_others(const Shares& shares, std::size_t rank, Outlook outlook);

// How many slots the class of `rank` may take, of those that are `free` of all others; none if it
// is not above zero. The k-th slot may be taken as long as there is one (k <= free), the cap allows
// it (used + k <= cap), and it is below the class's floor (used + k <= floor) or leaves what is
// owed to others (k + owed <= free): so the number is the least of these bounds.
int room(int free, const Shares& shares, std::size_t rank, Outlook outlook);

// Those of the configuration, in their order, with `default` among them or behind them. Where none
// are configured `default` is the only one, and bounds nothing.
class Classes {
 public:
  ClassId id(std::string_view name);
  void configure(std::vector<ClassRule> rules, std::string_view inherited);

  bool configured() const { return configured_; }
  std::size_t size() const { return rules_.size(); }
  const ClassRule& rule(std::size_t rank) const { return rules_[rank]; }
  ClassId id_at(std::size_t rank) const { return ids_[rank]; }

  // The rank of this class; nothing: it is not configured (any more).
  std::optional<std::size_t> find(ClassId id) const;
  // The same for a create that asks: `default` takes those of classes that are gone.
  std::size_t rank_of(ClassId id) const;
  // That of sessions whose class nobody knows, if there is one.
  std::optional<std::size_t> inherited() const { return inherited_; }

  // One for each, with nothing counted yet.
  void reset(Shares& shares) const;

 private:
  bool configured_ = false;
  std::vector<std::string> names_{kDefaultClassName};  // by id
  std::vector<ClassRule> rules_{{.name = kDefaultClassName}};
  std::vector<ClassId> ids_{kDefaultClass};  // of the rules
  std::optional<std::size_t> inherited_;
};

}  // namespace taskgate::gate
