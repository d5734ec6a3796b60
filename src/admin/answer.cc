#include "admin/answer.h"

#include <ctime>
#include <utility>

#include "http/date.h"
#include "http/reason.h"

namespace taskgate::admin {

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
  message += "\r\nDate: ";
  message += http::Date().at(std::time(nullptr));
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
