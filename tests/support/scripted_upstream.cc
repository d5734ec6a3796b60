#include "support/scripted_upstream.h"

#include <poll.h>

#include <array>
#include <iterator>

#include "support/failure.h"
#include "support/http_message.h"

namespace taskgate::test {

ScriptedUpstream::ScriptedUpstream(Script script, int backlog)
    : script_(std::move(script)),
      listener_(listen_on_loopback(0, backlog)),
      port_(local_port_of(listener_.get())),
      acceptor_([this] { accept_all(); }) {}

ScriptedUpstream::~ScriptedUpstream() {
  stop_.write.close();
  acceptor_.join();
  for (auto& session : sessions_) session.thread.join();
}

std::size_t ScriptedUpstream::connections() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

std::string ScriptedUpstream::received(std::size_t index) const {
  std::unique_lock lock(mutex_);
  const auto has_ended = [&] {
    return index < sessions_.size() &&
           std::next(sessions_.begin(), static_cast<long>(index))->ended;
  };
  if (!ended_.wait_for(lock, kPatience, has_ended)) {
    throw Failure("connection " + std::to_string(index) +
                  " of the upstream has not ended; there are " + std::to_string(sessions_.size()));
  }
  return std::next(sessions_.begin(), static_cast<long>(index))->received;
}

std::vector<std::string> ScriptedUpstream::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void ScriptedUpstream::accept_all() {
  for (;;) {
    std::array<pollfd, 2> polled = {{{stop_.read.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    Fd accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) continue;
    const std::lock_guard lock(mutex_);
    Session& session = sessions_.emplace_back(
        Session{RawConnection(std::move(accepted), kPatience, stop_.read.get()), {}, false, {}});
    session.thread = std::thread([this, &session] { serve(session); });
  }
}

void ScriptedUpstream::serve(Session& session) {
  std::string failure;
  try {
    script_(session.connection);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  const std::lock_guard lock(mutex_);
  if (!failure.empty()) failures_.push_back(failure);
  session.received = session.connection.received();
  session.connection.close();
  session.ended = true;
  ended_.notify_all();
}

ScriptedUpstream::Script answer_with(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& connection) {
    read_request(connection);
    connection.send(bytes);
  };
}

}  // namespace taskgate::test
