// What a client is told when the upstream has failed before its answer. Pure; any thread.
#pragma once

#include <string_view>

#include "observe/outcome.h"

namespace taskgate::proxy {

struct UpstreamFailure {
  int status;
  std::string_view reason;  // static text
};

UpstreamFailure failure_of(observe::UpstreamError error);

}  // namespace taskgate::proxy
