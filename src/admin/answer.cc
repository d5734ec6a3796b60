#include "admin/answer.h"

#include <array>
#include <ctime>
#include <utility>

#include "http/reason.h"

namespace taskgate::admin {
namespace {

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

Answer with_nonce(const Answer& answer, std::string_view nonce) {
  Answer own = answer;
  for (std::string* text : {&own.body, &own.fields}) {
    for (std::size_t at = 0; (at = text->find(answer.nonce_mark, at)) != std::string::npos;) {
      text->replace(at, answer.nonce_mark.size(), nonce);
      at += nonce.size();
    }
  }
  return own;
}

std::string head_of(const Answer& answer) {
  std::string message = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  message += http::reason_phrase(answer.status);
  message += "\r\nDate: " + http_date(std::time(nullptr));
  message += "\r\nContent-Type: ";
  message += answer.content_type;
  if (!answer.endless) {
    message += "\r\nContent-Length: " + std::to_string(answer.body.size());
  }
  message +=
      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
  message += answer.fields;
  message += "\r\n";
  return message;
}

}  // namespace taskgate::admin
