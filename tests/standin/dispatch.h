// From a request to its handler, by the upstream's rules for methods and paths.
#pragma once

#include "standin/server.h"

namespace taskgate::standin {

// Answers one request. Throws Disconnected when the client is gone.
void dispatch(Exchange& exchange);

}  // namespace taskgate::standin
