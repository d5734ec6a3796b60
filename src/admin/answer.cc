#include "admin/answer.h"

#include <array>
#include <ctime>
#include <utility>

namespace taskgate::admin {
namespace {

const char* reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

// IMF-fixdate (RFC 9110 section 5.6.7). The process never calls setlocale(), so the names are
// English.
std::string http_date(std::time_t now) {
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  return {text.data(),
          std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace

Answer plain(int status, std::string sentence) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(sentence);
  answer.body += '\n';
  return answer;
}

std::string serialize(const Answer& answer, bool with_body) {
  std::string message = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  message += reason_of(answer.status);
  message += "\r\nDate: " + http_date(std::time(nullptr));
  message += "\r\nContent-Type: ";
  message += answer.content_type;
  message += "\r\nContent-Length: " + std::to_string(answer.body.size());
  message +=
      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
  message += answer.fields;
  message += "\r\n";
  if (with_body) message += answer.body;
  return message;
}

}  // namespace taskgate::admin
