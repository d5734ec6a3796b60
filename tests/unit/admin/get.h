// A GET of a path of the server under test, on a connection of its own.
#pragma once

#include <string_view>

#include "admin/server.h"
#include "support/http_message.h"

namespace taskgate::admin {

inline test::HttpAnswer get(const Server& server, std::string_view path) {
  return test::ask(server.port(), test::http_request("GET", path));
}

}  // namespace taskgate::admin
