#include "proxy/status_sniffer.h"

namespace taskgate::proxy {

void StatusSniffer::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (saw_error()) return;
    const bool between = at_ == kBeforeColon || at_ == kBehindColon;
    if (between && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    if (c == kPattern[at_]) {
      ++at_;
    } else {
      at_ = c == kPattern[0] ? 1 : 0;
    }
  }
}

}  // namespace taskgate::proxy
