#include "support/load.h"

#include <optional>

#include "support/eventually.h"
#include "support/http_message.h"
#include "support/raw_connection.h"

namespace taskgate::test {

Load::Load(std::uint16_t port, std::string request, int clients) : request_(std::move(request)) {
  for (int i = 0; i < clients; ++i) {
    clients_.emplace_back([this, port] { ask_again_and_again(port); });
  }
}

Load::~Load() {
  stop();
}

void Load::wait_for_answers(int count, Duration timeout) const {
  const int enough = answered_ + count;
  eventually(
      "the load has more answers", [&] { return answered_ >= enough; }, timeout);
}

Load::Result Load::stop() {
  stopping_ = true;
  for (std::thread& client : clients_) client.join();
  clients_.clear();
  return result_;
}

void Load::ask_again_and_again(std::uint16_t port) {
  std::optional<RawClient> connection;
  while (!stopping_) {
    try {
      if (!connection) connection.emplace(port);
      connection->send(request_);
      const HttpAnswer answer = read_answer(*connection);
      if (answer.field("Connection") == "close") connection.reset();
      const std::lock_guard lock(mutex_);
      ++result_.answers[answer.status];
    } catch (const std::exception& failure) {
      connection.reset();
      const std::lock_guard lock(mutex_);
      result_.failures.emplace_back(failure.what());
    }
    ++answered_;
  }
}

}  // namespace taskgate::test
