// Long bodies, up or down, one after the other on each connection, or as many bytes through a
// tunnel each. What was begun in time is carried to its end, so that the work measured is the work
// counted; one at least is begun.

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
  bool up() const { return options_.mode == "upload" || options_.mode == "tunnel-up"; }
  bool is_tunnel() const { return options_.mode.starts_with("tunnel"); }

  Task<> transfer(Connection& own) {
    const TimePoint began = Clock::now();
    if (is_tunnel()) {
      co_await pass_tunnel(own);
    } else {
      co_await exchange(own);
    }
    tally_.add(Clock::now() - began, options_.bytes);
  }

  Task<> exchange(Connection& own) {
    const std::string head = request(up() ? options_.bytes : 0);
    co_await own.send(head);
    if (up()) co_await send_bytes(own);
    const std::uint64_t received = co_await own.answer(options_.status);
    if (!up() && received < options_.bytes) throw std::runtime_error("a download was short");
  }

  // The upstream says with one byte that all have come.
  Task<> pass_tunnel(Connection& own) {
    co_await open_tunnel(own);
    if (up()) co_await send_bytes(own);
    const std::uint64_t expected = up() ? 1 : options_.bytes;
    co_await own.drop(expected);
  }

  Task<> send_bytes(Connection& own) {
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
