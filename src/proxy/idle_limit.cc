#include "proxy/idle_limit.h"

#include <algorithm>

#include "net/probes.h"
#include "proxy/peer.h"

namespace taskgate::proxy {

IdleLimit::IdleLimit(net::Deadlines& deadlines, Duration limit, Peer& client, Peer& upstream)
    : deadline_(deadlines, [this] { look(); }),
      limit_(limit),
      client_(client),
      upstream_(upstream) {
  client_.set_idle_limit(this);
  upstream_.set_idle_limit(this);
}

IdleLimit::~IdleLimit() {
  client_.set_idle_limit(nullptr);
  upstream_.set_idle_limit(nullptr);
}

void IdleLimit::begin() {
  counts_ = true;
  deadline_.set(limit_);
}

void IdleLimit::end() {
  counts_ = false;
  deadline_.clear();
}

// The kernel holds megabytes for a reader, and says that there is room again when a third of them
// has gone: who reads slowly moves all the time.
void IdleLimit::look() {
  const Duration silent = std::min(net::since_last_sent(client_.socket().native_handle()),
                                   net::since_last_sent(upstream_.socket().native_handle()));
  if (silent < limit_) {
    deadline_.set(std::max<Duration>(limit_ - silent, std::chrono::milliseconds(1)));
    return;
  }
  client_.cancel_read();
  upstream_.cancel_read();
}

}  // namespace taskgate::proxy
