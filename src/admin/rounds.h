// One answer for all who ask the same. Those who ask while an answer is being made share the next
// one, since what the first shows may be older than their question. So however many ask, one answer
// of a kind is being made at a time, and its text is held once. Belongs to the loop's thread.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

#include "admin/answer.h"
#include "base/task.h"

namespace taskgate::admin {

class Rounds {
 public:
  // `make` is called on a thread of the pool and must not throw.
  Rounds(asio::io_context& loop, asio::thread_pool& pool, std::function<Answer()> make)
      : loop_(loop), pool_(pool), make_(std::move(make)), ended_one_(loop, TimePoint::max()) {}
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  // An answer whose making began after this call; null where there was no memory for one. Ends by
  // itself, as `make` does; nothing else ends it.
  Task<std::shared_ptr<const Answer>> next();

 private:
  Task<> work();
  void stop_working(std::exception_ptr failure);

  asio::io_context& loop_;
  asio::thread_pool& pool_;
  const std::function<Answer()> make_;
  Timer ended_one_;           // never goes off: its cancellation wakes those who wait
  std::uint64_t wanted_ = 0;  // the last round that somebody waits for
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  bool working_ = false;
  std::shared_ptr<const Answer> answer_;  // of the round that ended last, while it is handed out
};

}  // namespace taskgate::admin
