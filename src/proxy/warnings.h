// Warnings about single messages that are not forwarded, for an operator who wonders: so many in a
// stretch of time, however many there are. Loop thread only.
#pragma once

#include <string_view>

#include "base/throttle.h"
#include "base/time.h"
#include "http/opening.h"
#include "observe/outcome.h"

namespace taskgate::proxy {

class Warnings {
 public:
  // A request's head was refused. `saw`: see start_of(); `opening`, if it is known what it was.
  void head_refused(const observe::Outcome& outcome, std::string_view saw,
                    const http::Opening* opening, TimePoint now);
  // An answer was refused, or cut, for its `answer_fault`; once it is known what its client got.
  void answer_refused(const observe::Outcome& outcome, TimePoint now);
  // A connection ended by a fault of the gate's own.
  void connection_failed(std::string_view reason, TimePoint now);

 private:
  static constexpr int kBurst = 5;
  static constexpr Duration kEvery = std::chrono::seconds(10);
  Throttle heads_{kBurst, kEvery};
  Throttle answers_{kBurst, kEvery};
  Throttle failures_{kBurst, kEvery};
};

// What the log may show of bytes that were to be a request: the start of their first line, and of
// what is no text a little more of the bytes; no query, and nothing that stands further on.
std::string_view start_of(std::string_view received);

}  // namespace taskgate::proxy
