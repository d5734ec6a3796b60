#include "fake_server.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/write.hpp>
#include <memory>

#include "support/catch.h"

namespace taskgate::tmux::testing {

void FakeServer::Peer::send(std::string_view bytes) {
  asio::write(socket_, asio::buffer(bytes));
}

void FakeServer::Peer::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

void FakeServer::Peer::read(const std::function<void(Peer&)>& on_request) {
  socket_.async_read_some(asio::buffer(buffer_), [&](ErrorCode error, std::size_t size) {
    if (error) {
      gone_ = true;
      return;
    }
    const std::size_t before = received_.size();
    received_.append(buffer_.data(), size);
    if (before < 201 && received_.size() >= 201 && on_request) on_request(*this);
    if (socket_.is_open()) read(on_request);
  });
}

FakeServer::FakeServer(asio::io_context& loop, const std::string& path, Script script)
    : acceptor_(loop, asio::local::stream_protocol::endpoint(path)), script_(std::move(script)) {
  accept();
}

FakeServer::Peer& FakeServer::peer(std::size_t index) {
  REQUIRE(index < peers_.size());
  return *std::next(peers_.begin(), static_cast<std::ptrdiff_t>(index));
}

void FakeServer::stop_listening() {
  ErrorCode ignored;
  acceptor_.close(ignored);
}

void FakeServer::accept() {
  acceptor_.async_accept([this](ErrorCode error, UnixSocket socket) {
    if (error) return;
    Peer& peer = peers_.emplace_back(std::move(socket));
    if (script_.on_accept) script_.on_accept(peer);
    if (peer.socket_.is_open()) peer.read(script_.on_request);
    accept();
  });
}

FakeServer::Script silent() {
  return {};
}

FakeServer::Script answering(std::string bytes) {
  return {nullptr, [bytes = std::move(bytes)](FakeServer::Peer& peer) { peer.send(bytes); }};
}

FakeServer::Script answering_in_turn(std::vector<std::string> answers) {
  return {nullptr, [answers = std::move(answers),
                    turn = std::make_shared<std::size_t>(0)](FakeServer::Peer& peer) {
            const std::string& bytes = answers.at(*turn);
            if (*turn + 1 < answers.size()) ++*turn;
            if (bytes.empty()) return peer.close();
            peer.send(bytes);
          }};
}

}  // namespace taskgate::tmux::testing
