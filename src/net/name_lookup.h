// What a host stands for, kept up to date: a name is looked up again when its answer has been used
// for a while, and sooner where there is no answer or none of its addresses is of use. A look-up
// holds up nothing, and there is one at a time. Loop thread only.
#pragma once

#include <functional>
#include <string>

#include "net/resolve.h"

namespace taskgate::net {

class NameLookup {
 public:
  using Ask =
      std::function<void(const std::string& host, std::uint16_t port, const Resolved& done)>;
  struct Pauses {
    Duration retry = std::chrono::seconds(5);  // at least, from one look-up to the next
    Duration renewal = std::chrono::seconds(30);
  };

  // `take` gets each answer.
  NameLookup(asio::io_context& loop, Ask ask, Resolved take, Pauses pauses)
      : ask_(std::move(ask)), take_(std::move(take)), pauses_(pauses), timer_(loop) {}

  // From now on this host is asked for, at once. What an earlier look-up finds counts no more, but
  // for the one that asks for it already: each holds a thread and a descriptor, for as long as the
  // name servers are silent.
  void set(std::string host, std::uint16_t port);

  // Its addresses are about to be used.
  void use(TimePoint now) {
    if (now >= due_) look_up(now);
  }
  bool under_way() const { return under_way_; }
  // None of them could be connected to.
  void failed(TimePoint now);

 private:
  void look_up(TimePoint now);
  void answered(Endpoints found, ErrorCode error);

  const Ask ask_;
  const Resolved take_;
  const Pauses pauses_;
  Timer timer_;  // to the next one behind an answer that was an error
  std::string host_;
  std::uint16_t port_ = 0;
  bool is_name_ = false;
  bool under_way_ = false;
  unsigned number_ = 0;  // of the last look-up
  TimePoint asked_{};
  TimePoint due_ = TimePoint::max();
};

}  // namespace taskgate::net
