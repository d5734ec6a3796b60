// What the commands ask over HTTP: the admin port, and who answers a port at all.
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "base/time.h"
#include "cli/url.h"
#include "config/config.h"

namespace taskgate::cli {

// The body of GET `path`, or a sentence that says what went wrong; an answer other than 200 is an
// error. A wildcard address is asked on loopback. `patience` is for the connection and again for
// the answer: longer than the gate itself needs to say that its loop does not answer.
boost::system::result<std::string, std::string> get(const config::Address& address,
                                                    const std::string& path,
                                                    Duration patience = std::chrono::seconds(4));

// Where an address is asked: a wildcard on loopback.
config::Address reachable(config::Address address);

// An answer other than 200 as a part of a sentence.
std::string refusal_text(int status, const std::string& body);

// Who answered OPTIONS with Max-Forwards: 0. A proxy answers such a request itself (RFC 9110
// section 7.6.2), so where a gate is in the path this is the gate.
struct LastHop {
  int status = 0;
  bool is_gate = false;  // by its name, or by its body where a proxy before it puts its own name
  std::string server;    // the field; empty: there was none
  std::string location;  // the field, of a redirect
};

// Asks, or gives a sentence that says what went wrong.
boost::system::result<LastHop, std::string> last_hop(const AskedPlace& place,
                                                     Duration patience = std::chrono::seconds(4));

}  // namespace taskgate::cli
