// A server on a Unix socket that does with each connection what the test says, on the test's own
// loop.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"

namespace taskgate::tmux::testing {

class FakeServer {
 public:
  class Peer {
   public:
    explicit Peer(UnixSocket socket) : socket_(std::move(socket)) {}
    const std::string& received() const { return received_; }
    bool gone() const { return gone_; }  // the client closed its end
    void send(std::string_view bytes);
    void close();

   private:
    friend class FakeServer;
    void read(const std::function<void(Peer&)>& on_request);

    UnixSocket socket_;
    std::string received_;
    std::array<char, 4096> buffer_;
    bool gone_ = false;
  };

  // What to do with a connection that was taken, and with one whose whole request is in.
  struct Script {
    std::function<void(Peer&)> on_accept;
    std::function<void(Peer&)> on_request;
  };

  // Listens at `path`. Must not be destroyed before the last run of the loop.
  FakeServer(asio::io_context& loop, const std::string& path, Script script);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::size_t accepted() const { return peers_.size(); }
  Peer& peer(std::size_t index);
  Peer& last() { return peers_.back(); }
  // The socket file stays, as a tmux server's does.
  void stop_listening();

 private:
  void accept();

  asio::basic_socket_acceptor<asio::local::stream_protocol, Executor> acceptor_;
  Script script_;
  std::list<Peer> peers_;
};

// Scripts.
FakeServer::Script silent();
FakeServer::Script answering(std::string bytes);
// Each connection gets the next of `answers`; the last one again and again. "" closes the
// connection.
FakeServer::Script answering_in_turn(std::vector<std::string> answers);

}  // namespace taskgate::tmux::testing
