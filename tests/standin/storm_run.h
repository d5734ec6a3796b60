// The load itself: one thread, one epoll.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "standin/storm_answer.h"
#include "standin/storm_options.h"
#include "support/fd.h"

namespace taskgate::standin {

struct StormResult {
  int sent = 0;                       // requests that were written to the last byte
  std::map<int, int> answers;         // by status
  std::map<std::string, int> errors;  // by what went wrong: connect, reset, closed, malformed
  int unanswered = 0;                 // no whole answer within the timeout
  std::vector<double>
      milliseconds;  // of each answer, from the request's begin (connecting included)
  double seconds = 0;

  std::string to_json() const;
};

class Storm {
 public:
  explicit Storm(const StormOptions& options);

  // Returns when every request has an answer, an error, or run out of time. No request is sent
  // twice.
  StormResult run();

 private:
  // One connection, and the request that is under way on it.
  struct Lane {
    test::Fd socket;
    bool connected = false;
    bool asking = false;  // a request is under way
    std::string request;
    std::size_t written = 0;
    AnswerReader answer{false};
    TimePoint began;
  };

  void open(Lane& lane);
  void begin(Lane& lane);
  void begin_all_when_connected();
  void step(Lane& lane);
  bool finish_connecting(Lane& lane);
  void write(Lane& lane);
  void read(Lane& lane);
  void take_end(Lane& lane, bool reset);
  void finish(Lane& lane);
  void fail(Lane& lane, const std::string& error);
  void close(Lane& lane);
  void next(Lane& lane);
  void expire();
  void reopen();
  std::string make_request();

  const StormOptions& options_;
  test::Fd epoll_;
  std::vector<Lane> lanes_;
  int begun_ = 0;  // requests taken from the count
  int under_way_ = 0;
  std::size_t connecting_ = 0;
  bool held_ = false;  // nothing is sent before all are connected
  TimePoint next_scan_{};
  std::deque<Lane*> to_open_;
  StormResult result_;
};

}  // namespace taskgate::standin
