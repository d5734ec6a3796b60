// One client connection to 127.0.0.1. All that fails throws. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/throwing.h"

namespace taskgate::bench {

class Connection {
 public:
  // `buffer`: the bytes that one read takes at most.
  Connection(Executor executor, std::uint16_t port, std::size_t buffer);

  // Opens it, or opens it anew.
  Task<> connect();
  Task<> send(std::string_view bytes);

  // Reads an answer to its end, and opens a new connection where the answer ended the old one.
  // Gives the number of bytes that the whole answer had; throws when its status is another.
  Task<std::uint64_t> answer(int status);

  // For streams and tunnels, where nothing but lines or pieces follows the head.
  Task<> head(int status);
  Task<std::string> line();
  Task<std::string> exactly(std::size_t count);
  // Reads so many bytes, and keeps none.
  Task<> drop(std::uint64_t count);

  // Whether the peer has not closed it. An event that came and was not read is no close.
  bool stands();

 private:
  TcpSocket socket_;
  std::uint16_t port_;
  std::string buffer_;
  std::string pending_;  // read, but not asked for yet
};

}  // namespace taskgate::bench
