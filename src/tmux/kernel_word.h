// Whether a listing that found nobody, or a new server, may be believed: the kernel knows who
// listens. Loop thread only.
//
// A missing socket file is not a missing server. So before a zero is believed, and whenever a
// socket leads to another server than before, the kernel is asked which Unix sockets listen in this
// network namespace, which the containers of a pod share. In the common path, where the same server
// answers as before, it is not asked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "tmux/known_sockets.h"
#include "tmux/listeners.h"
#include "tmux/listing.h"
#include "tmux/survey.h"

namespace taskgate::tmux {

class KernelWord {
 public:
  struct Listed {
    const std::vector<std::string>& configured;
    std::vector<SocketReport>& reports;  // all done
    bool folders_changed;                // files came or went in a configured folder
    bool asks_for_others;                // what other() says is wanted in any case
    bool shares_namespace;               // the tmux server is known to be in our network namespace
    bool has_counted;                    // sessions that count were listed there before
    TimePoint began;
    Duration hold;
  };
  enum class Heard : std::uint8_t { all, ask_again };

  // Fails the reports that the kernel knows better, or adds one that says what it knows.
  // `ask_again`: nobody, or another server, was found at the very moment in which a socket was made
  // anew; with `last` that is a failure.
  Heard hear(const std::function<ListenerTable()>& ask, const Listed& listed, bool last);

  // What the last hear() learned of other servers.
  OtherTmux other() const { return other_; }

 private:
  bool is_needed(const Listed& listed) const;
  bool is_trusted(const ListenerTable& table, const Listed& listed) const;
  void judge(const Survey& survey, const Listed& listed);
  void doubt_all(const Listed& listed, int short_of);

  bool doubts_ = true;  // nobody has been asked yet, or something was wrong when they were
  OtherTmux other_ = OtherTmux::unknown;
};

}  // namespace taskgate::tmux
