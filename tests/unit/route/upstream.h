// The first upstream's own steps from a request line to a route, written a second time from its
// description and in another way (a regex a route, as it has them): what src/route is held against.
#pragma once

#include <string>

namespace taskgate::test {

// The rule's name when the workspace server creates on `POST <target> HTTP/1.1`; empty when it does
// not.
std::string upstream_create(const std::string& target);

// The path that the server routes a GET by: its query is dropped and its prefixes are deleted
// wherever they stand.
std::string upstream_get_path(const std::string& target);

}  // namespace taskgate::test
