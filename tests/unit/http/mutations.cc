#include "unit/http/mutations.h"

#include <array>
#include <string_view>

namespace taskgate::http::test {

namespace {

constexpr std::array<std::string_view, 28> kPieces{
    "\r\n", "\n", "\r",      " ",   "\t",     ":", ",",    ";x",       "0",  "1",
    "a",    "#",  "%20",     "*",   "/",      "?", "\x80", "\x7F",     "\\", "\"",
    "+",    "-",  ", close", "x, ", "HTTP/1", "@", "[",    "chunked, "};
constexpr std::array<std::string_view, 24> kLines{"Content-Length: 5\r\n",
                                                  "Content-Length: 0\r\n",
                                                  "content-length: 5, 5\r\n",
                                                  "Content-Length: +5\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "transfer-encoding: CHUNKED\r\n",
                                                  "Transfer-Encoding: gzip\r\n",
                                                  "Transfer-Encoding: chunked, gzip\r\n",
                                                  "Transfer-Encoding: gzip, chunked\r\n",
                                                  "Transfer-Encoding: identity\r\n",
                                                  "Host: a\r\n",
                                                  "Connection: close\r\n",
                                                  "Connection: keep-alive, upgrade\r\n",
                                                  "Connection: content-length\r\n",
                                                  "Upgrade: websocket\r\n",
                                                  "Expect: 100-continue\r\n",
                                                  "Expect: x\r\n",
                                                  "Max-Forwards: 1\r\n",
                                                  " folded: x\r\n",
                                                  "X : y\r\n",
                                                  "X: \ty \t\r\n",
                                                  "X:\r\n",
                                                  "\r\n",
                                                  "0\r\n\r\n"};

std::size_t line_begin(const std::string& message, std::size_t at) {
  const std::size_t end = message.rfind('\n', at);
  return end == std::string::npos ? 0 : end + 1;
}

void repeat_line(std::string& message, std::size_t at) {
  const std::size_t begin = line_begin(message, at);
  const std::size_t end = message.find('\n', begin);
  if (end != std::string::npos) message.insert(begin, message.substr(begin, end + 1 - begin));
}

}  // namespace

const std::vector<std::string>& sound_requests() {
  static const std::vector<std::string> messages{
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /livez HTTP/1.0\r\n\r\n",
      "\r\nHEAD /x?y=z HTTP/1.1\r\nHost: a:6080\r\nAccept: */*\r\nCookie: c=d\r\n\r\n",
      "POST /api/claude/tasks HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 13\r\n\r\n{\"prompt\":\"\"}",
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
      "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
      "1\r\na\r\n0\r\nT: u\r\n\r\n",
      "GET http://a.example:80/x HTTP/1.1\r\nHost: a.example:80\r\nConnection: close\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 3\r\n\r\n",
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      "POST /a HTTP/1.0\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nbodyGET /b "
      "HTTP/1.1\r\n",
      "DELETE /api/claude/tasks/1 HTTP/1.1\r\nHost: [::1]:6080\r\nX-A: 1\r\nX-A: 2\r\n\r\n",
  };
  return messages;
}

const std::vector<std::string>& sound_answers() {
  static const std::vector<std::string> messages{
      "HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6\r\nDate: x\r\n\r\n{\"a\":1}",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/5\r\nContent-Length: 2\r\n\r\nhe",
      "HTTP/1.1 204 No Content\r\nServer: a\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
      "HTTP/1.1 404 Not Found\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 500 \r\nConnection: close\r\n\r\noops",
  };
  return messages;
}

std::string Mutator::damage_one_of(const std::vector<std::string>& messages) {
  std::string message = messages[below(messages.size())];
  for (std::size_t rounds = 1 + below(3); rounds > 0 && !message.empty(); --rounds) {
    damage(message);
  }
  return message;
}

void Mutator::damage(std::string& message) {
  const std::size_t at = below(message.size());
  switch (below(6)) {
    case 0:
      message[at] = static_cast<char>(random_());
      break;
    case 1:
      message.insert(at, kPieces[below(kPieces.size())]);
      break;
    case 2:
      message.erase(at, 1 + below(4));
      break;
    case 3:
      message.insert(line_begin(message, at), kLines[below(kLines.size())]);
      break;
    case 4:
      message[at] = static_cast<char>(message[at] ^ 0x20);
      break;
    case 5:
      repeat_line(message, at);
      break;
  }
}

}  // namespace taskgate::http::test
