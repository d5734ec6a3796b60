// Pipes through which the kernel moves bytes from one socket to another (splice(2)), so that they
// are not copied into this process and out of it. Long bodies go this way. Loop thread only; the
// process ignores SIGPIPE, since splice() to a socket whose peer has gone would raise it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/descriptor.h"

namespace taskgate::net {

class Pipe {
 public:
  // As much as one piece of a body, in bytes: the kernel's memory that a pipe can hold on to. Its
  // usual 64 KiB cost a quarter more processor time (docs/adr/0012-splice-long-bodies.md).
  static constexpr std::size_t kPiece = 256 * 1024;

  // Nothing: no descriptors, or the user's pipes have used up what the kernel gives them.
  static std::unique_ptr<Pipe> make();

  // Bytes that are in it.
  std::size_t held() const { return held_; }

  // splice() from or to a socket without waiting, at most kPiece and `most` bytes. As splice():
  // the number of bytes, 0 at the end of the socket's input, -1 with errno.
  std::ptrdiff_t fill_from(int socket, std::size_t most);
  std::ptrdiff_t drain_to(int socket);

 private:
  Pipe(int read_end, int write_end) : read_end_(read_end), write_end_(write_end) {}

  const Descriptor read_end_;
  const Descriptor write_end_;
  std::size_t held_ = 0;
};

// Those that nobody uses just now, and a limit on all. Outlives what it lends.
class Pipes {
 public:
  // Below, a pipe costs what it spares.
  static constexpr std::uint64_t kFew = 8 * 1024;

  explicit Pipes(std::size_t most) : most_(most) {}

  struct GiveBack {
    Pipes* pool;
    void operator()(Pipe* pipe) const { pool->give_back(std::unique_ptr<Pipe>(pipe)); }
  };
  using Lease = std::unique_ptr<Pipe, GiveBack>;

  // An empty pipe for as many bytes, or none: then they are to be copied. There is none for
  // less than kFew, and never one where the kernel does not splice sockets (a sandbox, a seccomp
  // profile).
  Lease take(std::uint64_t bytes);

 private:
  void give_back(std::unique_ptr<Pipe> pipe);

  std::size_t most_;
  std::size_t lent_ = 0;
  std::optional<bool> works_;  // found out when the first is asked for
  std::vector<std::unique_ptr<Pipe>> idle_;
};

}  // namespace taskgate::net
