// Whether the upstream answers: said in the log when that changes, and kept for whoever looks. Loop
// thread only.
#pragma once

#include <string>

#include "base/throttle.h"
#include "base/time.h"
#include "observe/outcome.h"
#include "observe/status.h"

namespace taskgate::proxy {

class UpstreamReport {
 public:
  // An upstream that comes and goes is told once in this time, not with each request.
  static constexpr Duration kQuiet = std::chrono::seconds(10);

  // An exchange ended without an answer; `answer_fault`: what the parser said of it, where one
  // came; `upstream`: its addresses, for the log.
  void failed(observe::UpstreamError error, const char* answer_fault, const std::string& upstream,
              TimePoint now);
  // The head of a final answer has come.
  void answered();
  // Another upstream is meant from now on, of which nothing is known.
  void begin_anew() { *this = {}; }

  const observe::UpstreamHealth& health() const { return health_; }

 private:
  observe::UpstreamHealth health_;
  bool failing_ = false;  // as the log says
  Throttle throttle_{1, kQuiet};
};

}  // namespace taskgate::proxy
