// The clients that there are: connections, each with a coroutine of its own, and those that are
// parked. Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "proxy/connection.h"
#include "proxy/services.h"

namespace taskgate::proxy {

class Clients {
 public:
  // `on_end` is called behind the end of each connection, parked or gone.
  Clients(Services& services, std::function<void()> on_end)
      : services_(services), on_end_(std::move(on_end)) {}

  enum class Arrival : std::uint8_t { accepted, unparked };
  void begin(TcpSocket socket, Arrival arrival);
  // Goes on with one that was parked, whose descriptor is of that protocol.
  void unpark(int descriptor, const asio::ip::tcp& protocol);

  std::size_t count() const { return open_ + services_.parking.size(); }
  std::size_t open() const { return open_; }  // those that are not parked
  // What the configuration allows, and the descriptors suffice for.
  std::size_t limit() const;
  // ... as things are: requests that are under way may have taken the descriptors of newcomers.
  std::size_t limit_now() const;
  // Null: one more may come.
  const char* why_no_more();
  void warn_if_descriptors_are_short() const;

  // Whether there is a request of which not all has come, or that waits for room.
  bool read_heads() const;
  // Adds what is relayed by exchanges that are under way.
  void add_relayed(observe::ByteCounts& to) const;
  // Ends those that are between two requests, and of the next one of which nothing has come.
  void end_silent();
  // Ends all of them soon, whatever they do.
  void cut();

 private:
  Task<> serve(TcpSocket socket, Arrival arrival);

  Services& services_;
  std::function<void()> on_end_;
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  std::size_t open_ = 0;
};

}  // namespace taskgate::proxy
