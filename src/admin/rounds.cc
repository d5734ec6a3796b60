#include "admin/rounds.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "admin/failure.h"
#include "admin/run_on.h"

namespace taskgate::admin {

Task<std::shared_ptr<const Answer>> Rounds::next() {
  const std::uint64_t mine = begun_ + 1;
  wanted_ = mine;
  if (!std::exchange(working_, true)) {
    const auto on_end = [this](std::exception_ptr failure) { stop_working(failure); };
    asio::co_spawn(loop_, work(), on_end);
  }
  while (ended_ < mine) co_await ended_one_.async_wait(kTask);
  co_return answer_;
}

Task<> Rounds::work() {
  constexpr asio::use_awaitable_t<Executor> await;
  while (begun_ < wanted_) {
    ++begun_;
    Answer made = co_await run_on(pool_, std::cref(make_));
    answer_ = std::make_shared<const Answer>(std::move(made));
    ended_ = begun_;
    ended_one_.cancel();
    co_await asio::post(await);  // behind those that were woken
    answer_.reset();
  }
}

void Rounds::stop_working(std::exception_ptr failure) {
  working_ = false;
  ended_ = begun_;
  ended_one_.cancel();
  report_failure(failure);
}

}  // namespace taskgate::admin
