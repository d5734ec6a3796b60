// HTTP/1.x messages as tests send and read them: simple and strict enough to notice a fault, with
// the bytes kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/raw_connection.h"

namespace taskgate::test {

struct HttpField {
  std::string name;
  std::string value;
  bool operator==(const HttpField&) const = default;
};

// The fields of a head or of trailers, in their order and spelling.
struct HttpFields : std::vector<HttpField> {
  using std::vector<HttpField>::vector;
  // The first field of that name (any case).
  std::optional<std::string> get(std::string_view name) const;
  int count(std::string_view name) const;
};

enum class Framing { none, length, chunked, until_close };

struct HttpAnswer {
  std::string version;  // "HTTP/1.1"
  int status = 0;
  std::string reason;
  HttpFields fields;
  Framing framing = Framing::none;
  std::string body;  // without the chunks' framing
  HttpFields trailers;
  std::string head;  // as received, with its empty line

  std::optional<std::string> field(std::string_view name) const { return fields.get(name); }
};

struct HttpRequest {
  std::string method;
  std::string target;
  std::string version;
  HttpFields fields;
  Framing framing = Framing::none;
  std::string body;
  HttpFields trailers;
  std::string head;

  std::optional<std::string> field(std::string_view name) const { return fields.get(name); }
};

// What an answer is an answer to, since that decides whether it has a body (RFC 9112, 6.3).
enum class AnswerTo { head, other };

// The next message of the connection, read to its end; an interim answer (1xx) is a message of its
// own. Each throws Failure when the message is malformed or cut short.
HttpAnswer read_answer(RawConnection& connection, AnswerTo to = AnswerTo::other);
HttpRequest read_request(RawConnection& connection);
// Only the head: for event streams, tunnels, and answers that a test takes apart itself.
HttpAnswer read_answer_head(RawConnection& connection);
// One chunk of a chunked body with its data; empty for the last one, whose trailers stay unread.
std::string read_chunk(RawConnection& connection);

// A whole answer that was received as bytes up to the end of its connection.
HttpAnswer parse_answer(std::string_view bytes, AnswerTo to = AnswerTo::other);

// A request with `Host`, the given fields, and a Content-Length when there is a body or the method
// is POST.
std::string http_request(std::string_view method, std::string_view target,
                         std::string_view body = {}, const HttpFields& fields = {});

// Connects to 127.0.0.1, sends the bytes, reads one answer, and closes.
HttpAnswer ask(std::uint16_t port, std::string_view request, AnswerTo to = AnswerTo::other);

}  // namespace taskgate::test
