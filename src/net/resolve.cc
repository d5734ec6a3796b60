#include "net/resolve.h"

#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"

namespace taskgate::net {

Endpoints resolve(const std::string& host, std::uint16_t port, ErrorCode& error) {
  const auto literal = asio::ip::make_address(host, error);
  if (!error) return {{literal, port}};
  asio::io_context loop;
  asio::ip::tcp::resolver resolver(loop);
  Endpoints found;
  for (const auto& entry : resolver.resolve(host, std::to_string(port), error)) {
    found.push_back(entry.endpoint());
  }
  if (!error && found.empty()) error = asio::error::host_not_found;
  return found;
}

// Where the threads bring what they find.
struct Resolver::Home {
  void bring(const Resolved& done, Endpoints found, ErrorCode error) {
    const std::scoped_lock lock(mutex);
    if (inbox != nullptr) {
      inbox->put([done, error, found = std::move(found)] { done(found, error); });
    }
  }

  std::mutex mutex;
  Inbox* inbox;  // null: the resolver has ended
  std::atomic<int> under_way = 0;
};

Resolver::Resolver(asio::io_context& loop, LookUp look_up)
    : look_up_(look_up), inbox_(loop), home_(std::make_shared<Home>()) {
  home_->inbox = &inbox_;
}

Resolver::~Resolver() {
  const std::scoped_lock lock(home_->mutex);
  home_->inbox = nullptr;
}

void Resolver::resolve(const std::string& host, std::uint16_t port, const Resolved& done) {
  ErrorCode is_name;
  const auto literal = asio::ip::make_address(host, is_name);
  if (!is_name) return done({{literal, port}}, {});
  if (home_->under_way >= kMostLookUps) return done({}, kernel_error(EAGAIN));
  std::promise<void> ended;
  last_ = ended.get_future();
  auto look_up = [look_up = look_up_, home = home_, host, port, done,
                  ended = std::move(ended)]() mutable {
    ErrorCode error;
    Endpoints found = look_up(host, port, error);
    --home->under_way;
    home->bring(done, std::move(found), error);
    ended.set_value();
  };
  ++home_->under_way;
  try {
    std::thread(std::move(look_up)).detach();
  } catch (const std::system_error& failure) {
    --home_->under_way;
    done({}, kernel_error(failure.code().value()));
  }
}

void Resolver::wait(Duration limit) const {
  if (last_.valid()) last_.wait_for(limit);
}

}  // namespace taskgate::net
