#include "net/address.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::net;

namespace {

asio::ip::tcp::endpoint listener(const char* address) {
  return {asio::ip::make_address(address), 6090};
}

}  // namespace

TEST_CASE("an IPv4 peer of a socket for both families is written as IPv4") {
  CHECK(text_of(asio::ip::make_address("::ffff:10.0.0.7")) == "10.0.0.7");
  CHECK(text_of(asio::ip::make_address("10.0.0.7")) == "10.0.0.7");
  CHECK(text_of(asio::ip::make_address("fd00::7")) == "fd00::7");
  CHECK(text_of(asio::ip::make_address("::10.0.0.7")) == "::10.0.0.7");
}

TEST_CASE("an address is written without the name of this machine's interface") {
  CHECK(text_of(asio::ip::make_address("fe80::7%1")) == "fe80::7");
}

TEST_CASE("127.0.0.1 reaches a listener there, on all addresses or on both families") {
  for (const char* address : {"127.0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1"}) {
    CAPTURE(address);
    CHECK(port_on_loopback(listener(address)) == 6090);
  }
  for (const char* address : {"10.0.0.7", "::1", "fd00::7", "127.0.0.2"}) {
    CAPTURE(address);
    CHECK(port_on_loopback(listener(address)) == 0);
  }
}
