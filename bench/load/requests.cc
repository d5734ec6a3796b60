// Small requests at a fixed rate over kept connections.

#include "load/modes.h"
#include "load/pace.h"

namespace taskgate::bench {
namespace {

constexpr std::size_t kBuffer = 4096;

class Requests : public Load {
 public:
  Requests(const Options& options, Executor executor)
      : Load(options, executor, kBuffer), request_(request(options.body.size()) + options.body) {}

  // One request is made before the run, so that all of a kept connection's state is there.
  Task<> open(std::size_t lane) override {
    Connection& own = connection(lane);
    co_await own.connect();
    co_await own.send(request_);
    co_await own.answer(options_.status);
  }

  Task<> run(std::size_t lane) override {
    if (options_.per_second == 0) co_return;
    Pace pace(start_, options_.per_second, options_.connections, lane);
    for (; !is_over(pace.due()); pace.advance()) {
      co_await wait_for(pace.due());
      co_await exchange(connection(lane), pace.due());
    }
  }

 private:
  Task<> exchange(Connection& own, TimePoint due) {
    co_await own.send(request_);
    const std::uint64_t bytes = co_await own.answer(options_.status);
    tally_.add(Clock::now() - due, bytes);
  }

  std::string request_;
};

}  // namespace

std::unique_ptr<Load> make_requests(const Options& options, Executor executor) {
  return std::make_unique<Requests>(options, executor);
}

}  // namespace taskgate::bench
