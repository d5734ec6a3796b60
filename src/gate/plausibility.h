// Does what we see fit what the upstream says? Creates that succeed while nothing at all changes on
// our socket mean that we look at the wrong one (*blind*): a missing TMUX_TMPDIR folder makes tmux
// fall back to /tmp silently, and the count would read zero for ever. Sessions that appear under
// names that tmux.match does not take mean that the pattern is wrong. Passive; one thread.
//
// Blind needs several creates in a row, no change in any server's mark (no new or higher session
// id, no other server, the socket file untouched), and no live session that matches: a session that
// counts is proof enough of the right socket, and a create whose command ends at once leaves no
// trace beside living sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "tmux/listing.h"

namespace taskgate::gate {

class Plausibility {
 public:
  // Creates in a row that must contradict what is seen.
  static constexpr int kContradictions = 3;
  // A listing this long after the answer proves nothing: the task may have come and gone.
  static constexpr Duration kJudgedWithin = std::chrono::seconds(1);

  // What had been seen at some moment; counts that only grow.
  struct Mark {
    std::uint64_t changes = 0;   // listings whose server marks differ from the one before
    std::uint64_t births = 0;    // sessions that appeared
    std::uint64_t matching = 0;  // ... and matched
  };

  // A create that was answered; to be judged by a listing that began after `due`.
  struct Claim {
    Mark before;
    TimePoint due{};
  };

  Mark mark() const { return mark_; }
  void add(const Claim& claim);

  // A good listing: takes in what changed and judges the claims that are due.
  void observe(const tmux::Listing& listing);

  bool blind() const { return unseen_ >= kContradictions; }
  bool match_wrong() const { return mismatched_ >= kContradictions; }

 private:
  void take_in(const tmux::Listing& listing);
  void judge(const Claim& claim, int live);

  Mark mark_;
  std::optional<std::vector<tmux::ServerMark>> servers_;  // of the last listing
  std::vector<Claim> claims_;
  int unseen_ = 0;
  int mismatched_ = 0;
};

}  // namespace taskgate::gate
