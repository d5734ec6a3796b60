// What a connection holds that nobody has read. Any thread.
#pragma once

#include "net/calls.h"

namespace taskgate::net {

// Whether bytes wait. (FIONREAD tells of them only up to an urgent byte, which is none of them.)
inline bool has_unread(int descriptor) {
  char first = 0;
  return receive(descriptor, &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace taskgate::net
