// GET /events: the state of the gate as server-sent events, for whoever watches it.
//
// While at least one client watches, the state is looked at once a second. An event is sent when
// something but the ages has changed, and every few seconds anyway: that shows that the connection
// lives, and brings the ages up to date. A look asks for no listing, since each one adds a line to
// the message log of the user's tmux; only when the last good count is older than `listing` a look
// asks for one, however many clients watch. While nobody watches nothing is done at all.
//
// A client that is gone is noticed at the next look, one that does not read is cut. The watch has a
// thread of its own, so that it never stands in the way of probes and scrapes.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "admin/page.h"
#include "admin/sources.h"
#include "base/task.h"

namespace taskgate::admin {

struct StreamLimits {
  std::size_t streams = 16;
  Duration look = std::chrono::seconds(1);  // how often the state is looked at
  // How old the count may be. With looks a second apart this makes one listing each five seconds,
  // which is one in each step of the history.
  Duration listing = std::chrono::seconds(4);
  Duration heartbeat = std::chrono::seconds(5);  // an event at least this often
  Duration stalled = std::chrono::seconds(15);   // a client that does not read is cut
};

// What a stream's events carry: `page`, what stands in the status page's <main> in this order; or
// where it is unset `status`, the document of GET /status, and `unanswered`, why there is none.
using Form = std::optional<Order>;

// By the query of a request target: "?page", "?page&sort=idle".
Form form_of(std::string_view target);

class Streams {
 public:
  Streams(asio::io_context& loop, const Sources& sources, const StreamLimits& limits);
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  bool full() const { return streams_.size() >= limits_.streams; }

  // Sends `head`, the head of the answer, and then events until the client is gone.
  Task<> carry(TcpSocket& socket, std::string head, Form form);

 private:
  // One client; lives in its coroutine's frame.
  struct Stream : boost::intrusive::list_base_hook<
                      boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    Stream(asio::io_context& loop, TcpSocket& connection)
        : socket(connection), wake(loop, TimePoint::max()) {}
    void cut();

    TcpSocket& socket;
    Timer wake;
    std::optional<TimePoint> writing_since;
  };
  using List = boost::intrusive::list<Stream, boost::intrusive::constant_time_size<false>>;

  Task<> watch();
  void end_watch(std::exception_ptr failure);
  Task<std::optional<observe::Status>> look();
  void publish(const std::optional<observe::Status>& status);
  void cut_lost();
  std::string event_of(Form form) const;

  asio::io_context& loop_;
  const Sources& sources_;
  const StreamLimits limits_;
  asio::thread_pool pool_{1};
  Timer pause_;
  List streams_;
  bool watching_ = false;

  // What was seen last, and what tells whether it has to be sent.
  std::optional<observe::Status> status_;
  std::uint64_t number_ = 0;  // of the event; 0: none yet
  std::string fingerprint_;
  TimePoint sent_{};
  std::optional<TimePoint> listed_;  // when a look last asked for a listing
};

// One event as it is sent: each line of `data` on a line of its own (the HTML standard's section on
// server-sent events).
std::string event_text(std::string_view name, std::string_view data);

}  // namespace taskgate::admin
