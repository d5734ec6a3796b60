#include "unit/http/beast_oracle.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>
#include <vector>

#include "http/body.h"
#include "http/connection.h"
#include "http/head.h"
#include "http/known_fields.h"
#include "http/rules.h"

namespace taskgate::http::test {

namespace {

namespace beast = boost::beast::http;

// Beast puts fields of one name beside each other, so the order across names cannot be compared.
class FieldText {
 public:
  void add(std::string_view name, std::string_view value) {
    std::string lower(name);
    for (char& byte : lower)
      byte = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
    lines_.emplace_back(lower, std::string(name).append("=").append(value));
  }
  std::string text() {
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text;
    for (const auto& line : lines_) text += "|" + line.second;
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

std::string text_of(const beast::request<beast::string_body>& head) {
  const auto method = head.method_string();
  const auto target = head.target();
  return std::string(method.data(), method.size()) + " " +
         std::string(target.data(), target.size());
}

std::string text_of(const beast::response<beast::string_body>& head) {
  const auto reason = head.reason();
  return std::to_string(head.result_int()) + " " + std::string(reason.data(), reason.size());
}

template <bool is_request>
std::string head_text(const beast::parser<is_request, beast::string_body>& parser) {
  FieldText fields;
  for (const auto& field : parser.get()) {
    const auto name = field.name_string();
    const auto value = field.value();
    fields.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  return text_of(parser.get()) + " " + std::to_string(parser.get().version()) + fields.text();
}

// The head is read first and noted, because Beast adds the trailers to its fields.
template <bool is_request>
Reading read_with_beast(std::string_view input) {
  beast::parser<is_request, beast::string_body> parser;
  parser.header_limit(1 << 20);
  parser.body_limit(boost::none);
  boost::system::error_code error;
  std::size_t size = parser.put(boost::asio::buffer(input.data(), input.size()), error);
  if (error && error != beast::error::need_more) return {.text = "refused"};
  if (!parser.is_header_done()) return {.text = "incomplete"};
  const std::string head = head_text(parser);
  parser.eager(true);
  while (!parser.is_done() && size < input.size()) {
    const std::string_view rest = input.substr(size);
    const std::size_t taken = parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
    if (error == beast::error::need_more) break;
    if (error) return {.text = "refused"};
    size += taken;
  }
  if (!parser.is_done() && parser.need_eof()) parser.put_eof(error);
  if (!parser.is_done()) return {.text = "incomplete"};
  return {.text = head + " body=" + parser.get().body(), .reason = "", .size = size};
}

Reading refused(std::string reason) {
  return {.text = "refused", .reason = std::move(reason)};
}

template <typename Head>
std::string head_text(const Head& head, const std::string& start) {
  FieldText fields;
  for (const Field& field : head.fields) fields.add(field.name, field.value);
  return start + " 1" + std::to_string(head.minor_version) + fields.text();
}

Reading read_body(BodyFraming framing, const std::string& head, std::size_t head_size,
                  std::string_view input) {
  BodyScanner scanner(framing);
  std::string payload;
  const std::size_t body_size = scanner.feed(input.substr(head_size), &payload);
  if (scanner.failed()) return refused(scanner.fault());
  const bool whole = scanner.complete() || framing.kind == BodyKind::until_close;
  if (!whole) return {.text = "incomplete"};
  return {.text = head + " body=" + payload, .reason = "", .size = head_size + body_size};
}

// What is let pass in answers alone: later minor versions, a status line that ends behind the
// status, options of Connection that are no tokens and the framing of answers that never have a
// body. The last two are not forwarded.
bool beast_refuses(const ResponseHead& head) {
  const bool never_has_body = head.status < 200 || head.status == 204;
  const KnownFields known(head.fields);
  const bool framed =
      known.count(KnownField::content_length) > 0 || known.count(KnownField::transfer_encoding) > 0;
  const bool no_reason = head.status_line.size() == std::string_view("HTTP/1.1 200\r\n").size();
  return head.minor_version > 1 || no_reason || (never_has_body && framed) ||
         read_connection_options(head.fields).malformed;
}

}  // namespace

// Beast does not tolerate the empty line before a request.
Reading read_request_with_beast(std::string_view input) {
  const std::size_t skipped = input.starts_with("\r\n") ? 2 : 0;
  Reading reading = read_with_beast<true>(input.substr(skipped));
  reading.size += skipped;
  return reading;
}

Reading read_response_with_beast(std::string_view input) {
  return read_with_beast<false>(input);
}

Reading read_request_here(std::string_view input) {
  RequestParser parser(HeadLimits{});
  const Progress progress = parser.parse(input);
  if (progress == Progress::need_more) return {.text = "incomplete"};
  if (progress == Progress::failed) return refused(parser.refusal().reason);
  const auto rules = examine(parser.head());
  if (!rules.has_value()) return refused(rules.error().reason);
  const RequestHead& head = parser.head();
  const std::string start = std::string(head.method) + " " + std::string(head.target);
  return read_body(rules->body, head_text(head, start), head.size, input);
}

Reading read_response_here(std::string_view input) {
  ResponseParser parser(HeadLimits{});
  const Progress progress = parser.parse(input);
  if (progress == Progress::need_more) return {.text = "incomplete"};
  if (progress == Progress::failed) return refused(parser.fault());
  const ResponseRules rules = examine(parser.head(), "GET");
  if (rules.fault != nullptr) return refused(rules.fault);
  const ResponseHead& head = parser.head();
  // Beast gives the standard reason where there is none.
  std::string reason(head.reason);
  if (reason.empty()) reason = beast::obsolete_reason(static_cast<beast::status>(head.status));
  const std::string start = std::to_string(head.status) + " " + reason;
  Reading reading = read_body(rules.body, head_text(head, start), head.size, input);
  reading.beast_may_refuse = beast_refuses(head);
  return reading;
}

}  // namespace taskgate::http::test
