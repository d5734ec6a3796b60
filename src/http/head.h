// The heads of HTTP/1 messages (RFC 9112 sections 2 to 5), parsed strictly and without copying.
//
// Nothing ambiguous is guessed: what two parsers could read in two ways is refused, because a gate
// that reads a request otherwise than its upstream is no gate. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/connection_options.h"
#include "http/field_lines.h"

namespace taskgate::http {

// A request that is refused before it is forwarded. `reason` is static text for the answer and the
// log.
struct Refusal {
  int status;  // 4xx, 501, 503, 505, 508
  const char* reason;
};

struct RequestHead {
  std::string_view method;        // token; case-sensitive (RFC 9110 section 9.1)
  std::string_view target;        // as received, any of the four forms (RFC 9112 section 3.2)
  std::string_view request_line;  // CRLF included
  int minor_version = 1;          // HTTP/1.0 or HTTP/1.1
  std::vector<Field> fields;
  ConnectionOptions connection;  // of `fields`
  std::size_t size = 0;          // in bytes, with a leading CRLF that is tolerated
};

struct ResponseHead {
  int status = 0;                // 100 to 599
  std::string_view status_line;  // CRLF included
  std::string_view reason;       // may be empty
  int minor_version = 1;
  std::vector<Field> fields;
  ConnectionOptions connection;  // of `fields`
  std::size_t size = 0;
};

struct HeadLimits {
  std::size_t bytes = 64 * 1024;  // the whole head; less than 4 GiB
  std::size_t fields = 100;       // field lines
};

// Parses one request head out of a growing buffer.
//
//   RequestParser parser(limits);
//   while (parser.parse(buffer) == Progress::need_more) { read more into buffer }
//
// Each call is given all bytes received since reset(), at whatever address; work already done is
// not repeated, and a fault is reported as soon as its bytes are there, not at the end of the head.
class RequestParser {
 public:
  explicit RequestParser(HeadLimits limits) : limits_(limits) {}

  Progress parse(std::string_view received);

  // After `complete`: views into the `received` of the last call.
  const RequestHead& head() const { return head_; }
  // After `failed`.
  const Refusal& refusal() const { return refusal_; }

  // Whether anything of a request has come: an empty line before it is nothing of it (RFC 9112
  // section 2.2).
  bool has_begun() const { return state_ > State::empty_line_feed && position_ > line_begin_; }

  // What it holds while the head is not complete, beyond what was received.
  std::size_t bytes() const { return fields_.bytes(); }

  // Ready for the next request; keeps its memory.
  void reset();
  // The same without keeping it.
  void release();
  // Before anything of a head was parsed.
  void set_limits(HeadLimits limits) { limits_ = limits; }

 private:
  enum class State : std::uint8_t {
    start,
    empty_line_feed,
    method,
    target,
    version,
    line_end,
    line_feed,
    fields,
    complete,
    failed
  };

  void step(std::string_view bytes);
  void start(char byte);
  void read_empty_line_feed(char byte);
  void read_method(std::string_view bytes);
  void read_target(std::string_view bytes);
  void read_version(std::string_view bytes);
  void read_line_end(char byte);
  void read_line_feed(std::string_view bytes);
  void read_fields(std::string_view bytes);
  void check_version(std::string_view bytes);
  void overflow();
  void fail(int status, const char* reason);
  void bind(std::string_view bytes);
  std::string_view method_of(std::string_view bytes) const;
  std::string_view target_of(std::string_view bytes) const;

  HeadLimits limits_;
  RequestHead head_;
  Refusal refusal_{};
  State state_ = State::start;
  FieldLines fields_;
  // Offsets, because the buffer may move.
  std::size_t position_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t method_end_ = 0;
  std::size_t target_end_ = 0;
  std::size_t line_end_ = 0;  // behind the CRLF
};

// The fault of an answer that does not begin as one of HTTP/1 does.
inline constexpr const char* kMalformedStatusLine = "malformed status line";

// The same for the upstream's answer; `failed` becomes a 502.
class ResponseParser {
 public:
  explicit ResponseParser(HeadLimits limits) : limits_(limits) {}

  Progress parse(std::string_view received);
  const ResponseHead& head() const { return head_; }
  const char* fault() const { return fault_; }  // static text
  // What it holds for lines, fields and connection options, beyond what was received.
  std::size_t bytes() const {
    return fields_.bytes() + head_.fields.capacity() * sizeof(Field) +
           head_.connection.named.capacity() * sizeof(std::string_view);
  }
  // Ready for the next one; keeps its memory.
  void reset();

 private:
  enum class State : std::uint8_t { version, reason, line_feed, fields, complete, failed };

  void step(std::string_view bytes);
  void read_version_and_status(std::string_view bytes);
  void read_after_status(std::string_view bytes);
  void read_reason(std::string_view bytes);
  void read_line_feed(char byte);
  void read_fields(std::string_view bytes);
  void fail(const char* fault);
  void bind(std::string_view bytes);

  HeadLimits limits_;
  ResponseHead head_;
  const char* fault_ = nullptr;
  State state_ = State::version;
  FieldLines fields_;
  std::size_t position_ = 0;
  std::size_t line_end_ = 0;  // behind the CRLF
};

// The first field of that name, or null.
const Field* find_field(const std::vector<Field>& fields, std::string_view name);
// The value of the only field of that name. Empty where there is none, or more than one: then it is
// in doubt which one counts.
std::string_view only_value(const std::vector<Field>& fields, std::string_view name);

}  // namespace taskgate::http
