// Clients that ask the same again and again, beside whatever a test does meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.h"

namespace taskgate::test {

class Load {
 public:
  // Each client sends `request` on a connection that it keeps, reads the answer, and goes on until
  // stop().
  Load(std::uint16_t port, std::string request, int clients = 4);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Returns when so many answers have come since the call: what happened before it happened under
  // load.
  void wait_for_answers(int count, Duration timeout = kPatience) const;

  struct Result {
    std::map<int, int> answers;         // by status
    std::vector<std::string> failures;  // requests without a whole answer
    bool all(int status) const {
      return failures.empty() && answers.size() == 1 && answers.contains(status);
    }
  };
  // Ends the clients, each after its answer. Once.
  Result stop();

 private:
  void ask_again_and_again(std::uint16_t port);

  const std::string request_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> answered_ = 0;
  std::mutex mutex_;  // guards the result
  Result result_;
  std::vector<std::thread> clients_;
};

}  // namespace taskgate::test
