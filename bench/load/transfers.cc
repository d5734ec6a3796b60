// Long bodies, up or down, one after the other on each connection. What was begun in time is
// carried to its end, so that the work measured is the work counted; one at least is begun.

#include <algorithm>
#include <stdexcept>

#include "load/modes.h"

namespace taskgate::bench {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10U;

class Transfers : public Load {
 public:
  Transfers(const Options& options, Executor executor) : Load(options, executor, kPiece) {}

  Task<> open(std::size_t lane) override { co_await connection(lane).connect(); }

  Task<> run(std::size_t lane) override {
    do {
      co_await transfer(connection(lane));
    } while (!is_over(Clock::now()));
  }

 private:
  bool up() const { return options_.mode == "upload"; }

  Task<> transfer(Connection& own) {
    const TimePoint began = Clock::now();
    const std::string head = request(up() ? options_.bytes : 0);
    co_await own.send(head);
    if (up()) co_await send_body(own);
    const std::uint64_t received = co_await own.answer(options_.status);
    if (!up() && received < options_.bytes) throw std::runtime_error("a download was short");
    tally_.add(Clock::now() - began, options_.bytes);
  }

  Task<> send_body(Connection& own) {
    std::uint64_t left = options_.bytes;
    while (left > 0) {
      const auto size = std::min<std::uint64_t>(left, piece_.size());
      co_await own.send(std::string_view(piece_).substr(0, size));
      left -= size;
    }
  }

  const std::string piece_ = std::string(kPiece, 'u');
};

}  // namespace

std::unique_ptr<Load> make_transfers(const Options& options, Executor executor) {
  return std::make_unique<Transfers>(options, executor);
}

}  // namespace taskgate::bench
