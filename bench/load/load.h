// A kind of load: what each of its connections does. The modes derive from it; main() runs them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "load/connection.h"
#include "load/options.h"
#include "load/tally.h"

namespace taskgate::bench {

class Load {
 public:
  // `options` outlives it.
  Load(const Options& options, Executor executor, std::size_t buffer);
  virtual ~Load() = default;
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Brings connection `lane` to where the run begins.
  virtual Task<> open(std::size_t lane) = 0;
  // Its part of the run.
  virtual Task<> run(std::size_t lane) = 0;

  // Sets the run's time; before any run().
  void begin();
  std::string result(Duration processor);

 protected:
  Connection& connection(std::size_t lane) { return *connections_[lane]; }
  Task<> wait_for(TimePoint due);
  bool is_over(TimePoint moment) const { return moment >= end_; }
  // The head of each request, and a body that was given.
  std::string request(std::uint64_t length, std::string_view fields = {}) const;
  // Connects, sends a request with these fields, and reads the answer's head, which must have this
  // status; what follows the head is the caller's.
  Task<> open_with(Connection& own, std::string_view fields, int status) const;
  // The same for a WebSocket.
  Task<> open_tunnel(Connection& own) const;

  const Options& options_;
  Executor executor_;
  TimePoint start_{};
  TimePoint end_{};
  Tally tally_;

 private:
  std::vector<std::unique_ptr<Connection>> connections_;
};

// The mode that the options name.
std::unique_ptr<Load> make_load(const Options& options, Executor executor);

}  // namespace taskgate::bench
