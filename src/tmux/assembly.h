// Puts a listing together from what each socket showed. Loop thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tmux/known_sockets.h"
#include "tmux/listing.h"

namespace taskgate::tmux {

// Keeps what it made: where all servers say what they said before, the next listing has the very
// same sessions.
class Assembly {
 public:
  // The marks of `reports` go into the listing. One unknown report makes the whole unknown; the
  // first one gives the reason. `match`: patterns, of which one has to take a name that counts.
  Listing listing(TimePoint began, Question question, std::vector<SocketReport>& reports,
                  const std::vector<std::string>& match, OtherTmux other);

 private:
  bool is_of(const std::vector<SocketReport>& reports, const std::vector<std::string>& match) const;
  void make(const std::vector<SocketReport>& reports, const std::vector<std::string>& match);

  // What sessions_ was made from.
  std::vector<std::shared_ptr<const Said>> said_;
  std::vector<std::string> match_;
  Sessions sessions_;
  int live_ = 0;
};

}  // namespace taskgate::tmux
