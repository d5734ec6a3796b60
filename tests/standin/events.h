// What /api/events tells its listeners. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>

namespace taskgate::standin {

class EventBus {
 public:
  // One listener: it gets every frame that is published while it lives.
  class Listener {
   public:
    explicit Listener(EventBus& bus);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // The next frame; nothing when none comes before `until`.
    std::optional<std::string> next(std::chrono::steady_clock::time_point until);

   private:
    EventBus& bus_;
    std::list<std::deque<std::string>>::iterator queue_;
  };

  void publish(const std::string& frame);

 private:
  std::mutex mutex_;
  std::condition_variable published_;
  std::list<std::deque<std::string>> queues_;
};

// "event: name", "data: ..." and an empty line.
std::string event_frame(const std::string& name, const std::string& data);

}  // namespace taskgate::standin
