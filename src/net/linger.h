// The end of a connection whose client may still be sending. On the thread of the socket's
// loop.
#pragma once

#include <cstddef>
#include <functional>

#include "base/task.h"

namespace taskgate::net {

// After an answer whose request was not read to its end: a close now would become a reset that
// overtakes the answer. Ends the sending side, then drops what is received until the client ends
// too, at most about `most` bytes. An operation of the socket that is cancelled ends it, and so
// does `is_over`, which is asked before each wait: a cancel may come while none is under way.
Task<> linger(TcpSocket& socket, std::size_t most, std::function<bool()> is_over);

}  // namespace taskgate::net
