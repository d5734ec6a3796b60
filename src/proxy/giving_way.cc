// What a connection does when as much is held for clients as may be (held_bytes.h).
#include <string>

#include "proxy/connection.h"

namespace taskgate::proxy {
namespace {

constexpr char kReason[] = "too much is held for clients; try again shortly";

}  // namespace

// Its request has come, and stays where it is until there is room to carry it. What the parser made
// of it costs more than little heads do, and is made again.
Task<> Connection::wait_for_room() {
  parser_.release();
  moved();
  client_.deadline().set(config_->timeouts.head);
  const bool granted = co_await client_.claim({HeldFor::request, kRequest, kRequest});
  client_.deadline().clear();
  progress_ = parser_.parse(client_.received());
  if (granted) {
    discharge(kRequest);  // it is counted as active from now on
  } else {
    gave_way_ = true;
  }
}

// A tunnel that once moved much and is silent now needs little to wait.
void Connection::shrink() {
  client_.shrink_buffer();
  if (exchange_ != nullptr) exchange_->shrink();
}

// What is under way ends like an operation that was cancelled.
bool Connection::give_way() {
  if (exchange_ != nullptr) return exchange_->give_way();
  if (question_ != nullptr) return false;  // it has a time limit of its own
  if (asking_ != nullptr) {
    asking_->withdraw();
  } else {
    client_.cancel_read();
  }
  return true;
}

Task<After> Connection::answer_that_it_gave_way() {
  identify();  // the head goes: its ids must not be read anew
  parser_.release();
  std::string().swap(held_head_);
  client_.drop_received();
  end_request();
  return refuse({503, kReason});
}

// --- With an exchange under way

bool Exchange::give_way() {
  if (outlives_client()) return false;
  outcome_.refusal = kReason;
  if (answered_ || writing_) {
    cut_ = true;
    client_.interrupt();
  } else {
    failure_ = UpstreamFailure{503, kReason};
    after_ = upload_.complete() ? After::close : After::linger;
  }
  upstream_.interrupt();
  return true;
}

}  // namespace taskgate::proxy
