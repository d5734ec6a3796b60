#include "support/http_message.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "support/failure.h"

namespace taskgate::test {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& byte : out) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return out;
}

bool same(std::string_view one, std::string_view other) {
  return lower(one) == lower(other);
}

std::size_t parse_number(std::string_view text, int base, const char* what) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Failure(std::string("malformed ") + what + ": " + shown(std::string(text)));
  }
  return value;
}

// Takes one line off the front, without its CRLF.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find("\r\n");
  if (end == std::string_view::npos)
    throw Failure("a line without CRLF: " + shown(std::string(text)));
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 2);
  return line;
}

HttpField parse_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    throw Failure("not a field line: " + shown(std::string(line)));
  }
  auto value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  return {std::string(line.substr(0, colon)), std::string(value)};
}

// Lines up to the empty one.
HttpFields parse_fields(std::string_view lines) {
  HttpFields out;
  for (auto line = take_line(lines); !line.empty(); line = take_line(lines)) {
    out.push_back(parse_field(line));
  }
  return out;
}

HttpAnswer parse_answer_head(std::string_view head) {
  HttpAnswer answer;
  answer.head = head;
  const auto line = take_line(head);
  if (!line.starts_with("HTTP/") || line.size() < 12 || line[8] != ' ') {
    throw Failure("not a status line: " + shown(std::string(line)));
  }
  answer.version = line.substr(0, 8);
  answer.status = static_cast<int>(parse_number(line.substr(9, 3), 10, "status"));
  answer.reason = line.size() > 13 ? line.substr(13) : "";
  answer.fields = parse_fields(head);
  return answer;
}

HttpRequest parse_request_head(std::string_view head) {
  HttpRequest request;
  request.head = head;
  const auto line = take_line(head);
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    throw Failure("not a request line: " + shown(std::string(line)));
  }
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  request.version = line.substr(last + 1);
  request.fields = parse_fields(head);
  return request;
}

Framing framing_of(const HttpFields& fields, Framing otherwise) {
  if (fields.count("Transfer-Encoding") > 0) return Framing::chunked;
  return fields.count("Content-Length") > 0 ? Framing::length : otherwise;
}

Framing framing_of(const HttpAnswer& answer, AnswerTo to) {
  const bool without =
      to == AnswerTo::head || answer.status < 200 || answer.status == 204 || answer.status == 304;
  return without ? Framing::none : framing_of(answer.fields, Framing::until_close);
}

HttpFields read_trailers(RawConnection& connection) {
  std::string lines = connection.read_until("\r\n");
  while (lines != "\r\n" && !lines.ends_with("\r\n\r\n")) lines += connection.read_until("\r\n");
  return parse_fields(lines);
}

template <typename Message>
void read_body(RawConnection& connection, Message& message) {
  switch (message.framing) {
    case Framing::none:
      return;
    case Framing::length:
      message.body = connection.read_exact(
          parse_number(message.fields.get("Content-Length").value_or(""), 10, "Content-Length"));
      return;
    case Framing::chunked:
      for (auto chunk = read_chunk(connection); !chunk.empty(); chunk = read_chunk(connection)) {
        message.body += chunk;
      }
      message.trailers = read_trailers(connection);
      return;
    case Framing::until_close:
      message.body = connection.read_to_end();
      return;
  }
}

// "Framing" of bytes that are all there already.
std::string dechunked(std::string_view text, HttpFields& trailers) {
  std::string out;
  for (;;) {
    const auto line = take_line(text);
    const auto size = parse_number(line.substr(0, line.find(';')), 16, "chunk size");
    if (size == 0) break;
    if (text.size() < size + 2) throw Failure("a chunk is cut short");
    out += text.substr(0, size);
    text.remove_prefix(size);
    if (!take_line(text).empty()) throw Failure("a chunk is longer than its size says");
  }
  trailers = parse_fields(text);
  return out;
}

}  // namespace

std::optional<std::string> HttpFields::get(std::string_view name) const {
  for (const auto& field : *this) {
    if (same(field.name, name)) return field.value;
  }
  return std::nullopt;
}

int HttpFields::count(std::string_view name) const {
  return static_cast<int>(std::count_if(
      begin(), end(), [&](const HttpField& field) { return same(field.name, name); }));
}

HttpAnswer read_answer_head(RawConnection& connection) {
  return parse_answer_head(connection.read_head());
}

HttpAnswer read_answer(RawConnection& connection, AnswerTo to) {
  HttpAnswer answer = read_answer_head(connection);
  answer.framing = framing_of(answer, to);
  read_body(connection, answer);
  return answer;
}

HttpRequest read_request(RawConnection& connection) {
  HttpRequest request = parse_request_head(connection.read_head());
  request.framing = framing_of(request.fields, Framing::none);
  read_body(connection, request);
  return request;
}

std::string read_chunk(RawConnection& connection) {
  std::string line = connection.read_until("\r\n");
  line.resize(line.find_first_of(";\r"));
  const auto size = parse_number(line, 16, "chunk size");
  if (size == 0) return {};
  std::string data = connection.read_exact(size);
  if (connection.read_exact(2) != "\r\n") throw Failure("a chunk is longer than its size says");
  return data;
}

HttpAnswer parse_answer(std::string_view bytes, AnswerTo to) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) throw Failure("no whole head: " + shown(std::string(bytes)));
  HttpAnswer answer = parse_answer_head(bytes.substr(0, end + 4));
  const auto rest = bytes.substr(end + 4);
  answer.framing = framing_of(answer, to);
  if (answer.framing == Framing::chunked) {
    answer.body = dechunked(rest, answer.trailers);
  } else {
    answer.body = rest;
  }
  const bool measured = answer.framing == Framing::length;
  if (measured && std::to_string(rest.size()) != answer.field("Content-Length")) {
    throw Failure("the body is not as long as Content-Length says: " + shown(std::string(bytes)));
  }
  return answer;
}

std::string http_request(std::string_view method, std::string_view target, std::string_view body,
                         const HttpFields& fields) {
  std::string out = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  if (fields.count("Host") == 0) out += "Host: test\r\n";
  for (const auto& [name, value] : fields) out += name + ": " + value + "\r\n";
  const bool has_length = fields.count("Content-Length") + fields.count("Transfer-Encoding") > 0;
  if (!has_length && (!body.empty() || method == "POST")) {
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return out + "\r\n" + std::string(body);
}

HttpAnswer ask(std::uint16_t port, std::string_view request, AnswerTo to) {
  RawClient client(port);
  client.send(request);
  return read_answer(client, to);
}

}  // namespace taskgate::test
