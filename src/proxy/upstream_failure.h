// What a client is told when the upstream has failed before its answer. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "observe/outcome.h"
#include "proxy/peer.h"

namespace taskgate::proxy {

struct UpstreamFailure {
  int status;
  std::string_view reason;  // static text
};

// Why there is no answer to read; nothing when the upstream is not at fault.
std::optional<observe::UpstreamError> error_before_answer(PeerFault fault);

UpstreamFailure failure_of(observe::UpstreamError error);

}  // namespace taskgate::proxy
