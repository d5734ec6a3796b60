#include "net/pipe.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace taskgate::net {
namespace {

constexpr unsigned kFlags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
// Pipes that stay open while nobody uses them.
constexpr std::size_t kIdle = 4;
// A user with too many pipes gets them with one or two pages.
constexpr int kTooSmall = 64 * 1024;

// Whether a byte gets through from socket to socket.
bool kernel_splices() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return false;
  }
  const Descriptor near(ends[0]);
  const Descriptor far(ends[1]);
  const auto pipe = Pipe::make();
  return pipe && ::send(near.get(), "x", 1, MSG_NOSIGNAL) == 1 &&
         pipe->fill_from(far.get(), 1) == 1 && pipe->drain_to(far.get()) == 1;
}

}  // namespace

std::unique_ptr<Pipe> Pipe::make() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
  std::unique_ptr<Pipe> made(new Pipe(ends[0], ends[1]));
  // Where the kernel says no it stays as it is.
  ::fcntl(made->write_end_.get(), F_SETPIPE_SZ, static_cast<int>(kPiece));
  if (::fcntl(made->write_end_.get(), F_GETPIPE_SZ) < kTooSmall) return nullptr;
  return made;
}

std::ptrdiff_t Pipe::fill_from(int socket, std::size_t most) {
  auto moved = ::splice(socket, nullptr, write_end_.get(), nullptr, std::min(most, kPiece), kFlags);
  // splice() never gets past a byte that was sent as urgent (MSG_OOB): it says that nothing is
  // there, or that this is the end. recv() leaves such a byte out and goes on behind it.
  if (moved == 0 || (moved < 0 && errno == EAGAIN)) {
    char next = 0;
    moved = ::recv(socket, &next, 1, MSG_DONTWAIT);
    if (moved == 1) moved = ::write(write_end_.get(), &next, 1);  // which is empty here
  }
  if (moved > 0) held_ += static_cast<std::size_t>(moved);
  return moved;
}

std::ptrdiff_t Pipe::drain_to(int socket) {
  const auto moved = ::splice(read_end_.get(), nullptr, socket, nullptr, held_, kFlags);
  if (moved > 0) held_ -= static_cast<std::size_t>(moved);
  return moved;
}

Pipes::Lease Pipes::take(std::uint64_t bytes) {
  if (bytes < kFew) return {nullptr, GiveBack{this}};
  if (!works_) works_ = kernel_splices();
  std::unique_ptr<Pipe> pipe;
  if (*works_ && lent_ < most_) {
    if (idle_.empty()) {
      pipe = Pipe::make();
    } else {
      pipe = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (pipe) ++lent_;
  return {pipe.release(), GiveBack{this}};
}

// A pipe with bytes in it is closed: they were for somebody who has gone.
void Pipes::give_back(std::unique_ptr<Pipe> pipe) {
  --lent_;
  if (pipe->held() == 0 && idle_.size() < kIdle) idle_.push_back(std::move(pipe));
}

}  // namespace taskgate::net
