#include "standin/reply.h"

#include <ctime>
#include <map>

#include "standin/python_json.h"
#include "standin/text.h"

namespace taskgate::standin {
namespace {

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[40];
  const auto size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

}  // namespace

Reply& Reply::start(int status, std::string_view reason) {
  head_ = "HTTP/1.0 " + std::to_string(status) + " ";
  head_ += reason.empty() ? reason_phrase(status) : reason;
  head_ += "\r\n";
  return field("Server", "SimpleHTTP/0.6 Python/3.12.3").field("Date", http_date());
}

Reply& Reply::field(std::string_view name, std::string_view value) {
  head_.append(name).append(": ").append(value).append("\r\n");
  if (lower(name) == "connection") keeps_socket_ = lower(value) == "keep-alive";
  return *this;
}

void Reply::end_head() {
  if (request_.wants_head()) stream_.write(head_ + "\r\n");
}

void Reply::body(std::string_view bytes) {
  if (request_.method != "HEAD" && !bytes.empty()) stream_.write(bytes);
}

void Reply::json(int status, const boost::json::object& object) {
  start(status)
      .field("Content-type", "application/json; charset=utf-8")
      .field("Cache-Control", "no-cache, no-store, must-revalidate")
      .end_head();
  body(python_json(object));
}

void Reply::error(int status, std::string_view message) {
  json(status, {{"error", message}});
}

void Reply::text(int status, std::string_view text) {
  start(status).field("Content-type", "text/plain; charset=utf-8").end_head();
  body(text);
}

void Reply::empty(int status) {
  start(status).end_head();
}

void Reply::measured(int status, std::string_view content_type, std::string_view content) {
  start(status)
      .field("Content-Type", content_type)
      .field("Content-Length", std::to_string(content.size()))
      .end_head();
  body(content);
}

void Reply::error_page(int status, std::string_view message, std::string_view explanation) {
  const std::string code = std::to_string(status);
  const std::string page =
      "<!DOCTYPE HTML>\n<html lang=\"en\">\n    <head>\n        <meta charset=\"utf-8\">\n"
      "        <title>Error response</title>\n    </head>\n    <body>\n"
      "        <h1>Error response</h1>\n        <p>Error code: " +
      code + "</p>\n        <p>Message: " + html_escaped(message) +
      ".</p>\n        <p>Error code explanation: " + code + " - " + html_escaped(explanation) +
      ".</p>\n    </body>\n</html>\n";
  start(status, message)
      .field("Connection", "close")
      .field("Content-Type", "text/html;charset=utf-8")
      .field("Content-Length", std::to_string(page.size()))
      .end_head();
  body(page);
}

std::string_view reason_phrase(int status) {
  static const std::map<int, std::string_view> kPhrases = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {409, "Conflict"},
      {413, "Request Entity Too Large"},
      {416, "Requested Range Not Satisfiable"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
  };
  const auto found = kPhrases.find(status);
  return found == kPhrases.end() ? "" : found->second;
}

}  // namespace taskgate::standin
