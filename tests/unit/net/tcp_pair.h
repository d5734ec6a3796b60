// A TCP connection over loopback, both of whose ends are the test's.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "base/task.h"

namespace taskgate::test {

template <typename Far, typename Near>
void connect_pair(asio::io_context& loop, Far& far, Near& near) {
  asio::ip::tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
  far.connect(acceptor.local_endpoint());
  acceptor.accept(near);
}

}  // namespace taskgate::test
