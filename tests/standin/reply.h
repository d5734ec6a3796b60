// An answer as http.server writes it: HTTP/1.0, Server and Date first, the head in one write and
// the body in others, and nothing that says how long it is unless the handler does.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "standin/request.h"
#include "standin/stream.h"

namespace taskgate::standin {

// All throw Disconnected.
class Reply {
 public:
  Reply(Stream& stream, const Request& request) : stream_(stream), request_(request) {}

  // A head, piece by piece. `Connection: keep-alive` among the fields makes the server really keep
  // the socket, which is what the event streams do.
  Reply& start(int status, std::string_view reason = {});
  Reply& field(std::string_view name, std::string_view value);
  void end_head();
  void body(std::string_view bytes);

  // Whole answers. JSON and text end with the connection; the others have a Content-Length.
  void json(int status, const boost::json::object& object);
  void error(int status, std::string_view message);  // {"error": message}
  void text(int status, std::string_view text);
  void empty(int status);
  void measured(int status, std::string_view content_type, std::string_view content);
  // The stock HTML page of http.server.
  void error_page(int status, std::string_view message, std::string_view explanation);

  bool keeps_socket() const { return keeps_socket_; }

 private:
  Stream& stream_;
  const Request& request_;
  std::string head_;
  bool keeps_socket_ = false;
};

std::string_view reason_phrase(int status);

}  // namespace taskgate::standin
