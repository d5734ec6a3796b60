// Preloaded into the gate: what it sends that holds a line `X-Held-Until-Reset: FILE` is held back
// until the peer has reset the connection. So the write itself fails, and not the read after it.
// FILE is made when that begins; while it is there, nothing more is held.
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kField = "X-Held-Until-Reset: ";
constexpr int kPatienceMs = 30'000;

// Empty: it is not to be held.
std::string file_of(std::string_view head) {
  const auto field = head.find(kField);
  if (field == std::string_view::npos) return {};
  const auto value = field + kField.size();
  return std::string(head.substr(value, head.find('\r', value) - value));
}

bool make(const std::string& file) {
  const int made = open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (made >= 0) close(made);
  return made >= 0;
}

void hold(int descriptor, std::string_view head) {
  const std::string file = file_of(head);
  if (file.empty() || !make(file)) return;
  pollfd reset{descriptor, 0, 0};
  poll(&reset, 1, kPatienceMs);
}

void hold(int descriptor, const msghdr& message) {
  if (message.msg_iovlen == 0) return;
  hold(descriptor, {static_cast<const char*>(message.msg_iov->iov_base), message.msg_iov->iov_len});
}

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// The gate sends one piece by send(), several by sendmsg(): by syscall(), and a sanitized one by
// the library's functions (net/calls.h).
extern "C" long syscall(long number, ...) {
  static const auto next = real<long (*)(long, ...)>("syscall");
  std::va_list all;
  va_start(all, number);
  long given[6];
  for (long& each : given) each = va_arg(all, long);
  va_end(all);
  const auto descriptor = static_cast<int>(given[0]);
  if (number == SYS_sendto) {
    hold(descriptor, {reinterpret_cast<const char*>(given[1]), static_cast<size_t>(given[2])});
  } else if (number == SYS_sendmsg) {
    hold(descriptor, *reinterpret_cast<const msghdr*>(given[1]));
  }
  return next(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

extern "C" ssize_t send(int descriptor, const void* bytes, size_t size, int flags) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t, int)>("send");
  hold(descriptor, {static_cast<const char*>(bytes), size});
  return next(descriptor, bytes, size, flags);
}

extern "C" ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  static const auto next = real<ssize_t (*)(int, const msghdr*, int)>("sendmsg");
  hold(descriptor, *message);
  return next(descriptor, message, flags);
}
