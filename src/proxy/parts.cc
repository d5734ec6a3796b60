#include "proxy/parts.h"

#include <algorithm>

#include "net/calls.h"

namespace taskgate::proxy {

bool is_empty(const Parts& parts) {
  return std::ranges::all_of(parts, [](std::string_view part) { return part.empty(); });
}

void advance(Parts& parts, std::size_t bytes) {
  for (std::string_view& part : parts) {
    const std::size_t taken = std::min(bytes, part.size());
    part.remove_prefix(taken);
    bytes -= taken;
  }
}

// The kernel takes one piece faster than a list of one.
ssize_t send_parts(int descriptor, const Parts& parts, int flags) {
  flags |= MSG_DONTWAIT | MSG_NOSIGNAL;
  std::array<iovec, std::tuple_size_v<Parts>> pieces;
  std::size_t count = 0;
  for (const std::string_view part : parts) {
    if (!part.empty()) pieces[count++] = {const_cast<char*>(part.data()), part.size()};
  }
  if (count == 1) return net::send(descriptor, pieces[0].iov_base, pieces[0].iov_len, flags);
  const msghdr message{.msg_iov = pieces.data(), .msg_iovlen = count};
  return net::send(descriptor, message, flags);
}

}  // namespace taskgate::proxy
