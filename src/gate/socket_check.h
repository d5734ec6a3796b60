// Does what we see fit what the upstream says? Creates that succeed while nothing at all changes on
// our socket mean that we look at the wrong one (*blind*): a missing TMUX_TMPDIR folder makes tmux
// fall back to /tmp silently, and the count would read zero for ever. Sessions that appear under
// names that tmux.match does not take mean that the pattern is wrong. Passive; one thread.
//
// Blind needs several creates in a row, no change in any server's mark (no new or higher session
// id, no other server, the socket file untouched), and no live session that matches: a session that
// counts is proof enough of the right socket, and a create whose command ends at once leaves no
// trace beside living sessions. Where the kernel says that no tmux listens that we do not see, it
// decides: the creates failed by themselves, however many they were.
//
// All other evidence is weak: creates that start nothing look the same from here. So a blind gate
// lets one create pass now and then, as a trial, after pauses that double: if the trial shows, it
// sees again; if not, what it lets in too many is bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "tmux/listing.h"

namespace taskgate::gate {

class SocketCheck {
 public:
  // Creates in a row that must contradict what is seen.
  static constexpr int kContradictions = 3;
  // The first pause before a trial, and the longest.
  static constexpr Duration kFirstPause = std::chrono::seconds(10);
  static constexpr Duration kLongestPause = std::chrono::hours(1);
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

  // Other sockets or names are listed from now on.
  void forget();

  bool blind() const { return unseen_ >= kContradictions; }
  // Whether the next listing should say if another tmux listens: creates are to be judged, or were
  // found to contradict what is seen.
  bool asks_for_others() const { return unseen_ > 0 || (!claims_.empty() && live_ == 0); }

  // While blind: whether one create may pass to try; to be told when one did.
  bool trial_due(TimePoint now) const { return blind() && now >= next_trial_; }
  void trial_passed(TimePoint now);

  bool match_wrong() const { return mismatched_ >= kContradictions; }

 private:
  void take_in(const tmux::Listing& listing);
  void judge(const Claim& claim, const tmux::Listing& listing);
  void contradicted(TimePoint now);

  Mark mark_;
  std::optional<std::vector<tmux::ServerMark>> servers_;  // of the last listing
  std::vector<Claim> claims_;
  int live_ = 0;  // likewise
  int unseen_ = 0;
  Duration pause_{};        // before the trial after the next
  TimePoint next_trial_{};  // when blind
  int mismatched_ = 0;
};

}  // namespace taskgate::gate
