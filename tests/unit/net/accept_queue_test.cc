#include "net/accept_queue.h"

#include <boost/asio/io_context.hpp>

#include "support/catch.h"

using namespace taskgate::net;
using boost::asio::ip::tcp;

namespace {

struct QueueListener {
  explicit QueueListener(const char* address, int backlog)
      : acceptor(loop, {boost::asio::ip::make_address(address), 0}) {
    acceptor.listen(backlog);
  }
  boost::asio::io_context loop;
  tcp::acceptor acceptor;
};

}  // namespace

TEST_CASE("the kernel tells the backlog and the length of a listener's accept queue") {
  QueueListener listener("127.0.0.1", 5);
  const tcp::endpoint endpoint = listener.acceptor.local_endpoint();
  AcceptQueueAnswer answer{};
  auto queue = read_accept_queue(endpoint, answer);
  REQUIRE(queue);
  CHECK(queue->backlog == 5);
  CHECK(queue->length == 0);
  tcp::socket first(listener.loop);
  tcp::socket second(listener.loop);
  first.connect(endpoint);
  second.connect(endpoint);
  queue = read_accept_queue(endpoint, answer);
  REQUIRE(queue);
  CHECK(queue->length == 2);
}

TEST_CASE("a listener on all addresses is found by any of them") {
  QueueListener listener("0.0.0.0", 7);
  AcceptQueueAnswer answer{};
  const auto queue = read_accept_queue(
      {boost::asio::ip::make_address("127.0.0.1"), listener.acceptor.local_endpoint().port()},
      answer);
  REQUIRE(queue);
  CHECK(queue->backlog == 7);
}

TEST_CASE("where nobody listens the answer says so") {
  tcp::endpoint endpoint;
  {
    QueueListener listener("127.0.0.1", 5);
    endpoint = listener.acceptor.local_endpoint();
  }
  AcceptQueueAnswer answer{};
  CHECK_FALSE(read_accept_queue(endpoint, answer));
  CHECK(answer == AcceptQueueAnswer::not_local);
}
