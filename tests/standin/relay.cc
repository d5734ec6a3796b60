#include "standin/relay.h"

#include <sys/socket.h>

#include <thread>

namespace taskgate::standin {
namespace {

constexpr std::size_t kStep = 65536;

void pump(int from, int to) {
  try {
    for (auto bytes = receive_some(from, kStep); !bytes.empty();
         bytes = receive_some(from, kStep)) {
      write_all(to, bytes);
    }
    ::shutdown(to, SHUT_WR);
  } catch (const Disconnected&) {
    ::shutdown(from, SHUT_RDWR);
    ::shutdown(to, SHUT_RDWR);
  }
}

}  // namespace

void relay(Stream& client, int server) {
  write_all(server, client.take_buffered());
  std::thread back(pump, server, client.descriptor());
  pump(client.descriptor(), server);
  back.join();
}

void echo(Stream& client) {
  client.write(client.take_buffered());
  pump(client.descriptor(), client.descriptor());
}

}  // namespace taskgate::standin
