#include "standin/events.h"

namespace taskgate::standin {

EventBus::Listener::Listener(EventBus& bus) : bus_(bus) {
  const std::lock_guard lock(bus_.mutex_);
  queue_ = bus_.queues_.emplace(bus_.queues_.end());
}

EventBus::Listener::~Listener() {
  const std::lock_guard lock(bus_.mutex_);
  bus_.queues_.erase(queue_);
}

std::optional<std::string> EventBus::Listener::next(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(bus_.mutex_);
  if (!bus_.published_.wait_until(lock, until, [this] { return !queue_->empty(); })) {
    return std::nullopt;
  }
  std::string frame = std::move(queue_->front());
  queue_->pop_front();
  return frame;
}

void EventBus::publish(const std::string& frame) {
  const std::lock_guard lock(mutex_);
  for (auto& queue : queues_) queue.push_back(frame);
  published_.notify_all();
}

std::string event_frame(const std::string& name, const std::string& data) {
  return "event: " + name + "\ndata: " + data + "\n\n";
}

}  // namespace taskgate::standin
