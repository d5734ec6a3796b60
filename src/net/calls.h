// The system calls that move bytes between sockets, as recv(2), send(2) and sendmsg(2), which set
// errno. In a program of several threads the C library makes each of these a point of cancellation
// (pthreads(7)): 45 instructions a call, two of them locked, on pages that little else uses. No
// thread of the gate is ever cancelled. Any thread.
#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace taskgate::net {

// A sanitizer checks what the C library is given.
#ifdef TASKGATE_SANITIZED
inline constexpr bool kThroughLibrary = true;
#else
inline constexpr bool kThroughLibrary = false;
#endif

inline ssize_t receive(int socket, void* room, std::size_t bytes, int flags) {
  if constexpr (kThroughLibrary) return ::recv(socket, room, bytes, flags);
  return ::syscall(SYS_recvfrom, socket, room, bytes, flags, nullptr, nullptr);
}

inline ssize_t send(int socket, const void* data, std::size_t bytes, int flags) {
  if constexpr (kThroughLibrary) return ::send(socket, data, bytes, flags);
  return ::syscall(SYS_sendto, socket, data, bytes, flags, nullptr, 0);
}

inline ssize_t send(int socket, const msghdr& message, int flags) {
  if constexpr (kThroughLibrary) return ::sendmsg(socket, &message, flags);
  return ::syscall(SYS_sendmsg, socket, &message, flags);
}

}  // namespace taskgate::net
