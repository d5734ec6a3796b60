#include "proxy/answer_framing.h"

#include <string>

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

namespace {

struct SeenAnswer {
  // Of a GET by a client of HTTP/1.`minor`, which wishes to keep its connection.
  explicit SeenAnswer(const std::string& fields, int minor = 1, bool may_keep = true)
      : parser({.bytes = 4096, .fields = 100}), head("HTTP/1.1 200 OK\r\n" + fields + "\r\n") {
    REQUIRE(parser.parse(head) == http::Progress::complete);
    rules = http::examine(parser.head(), "GET");
    scanner = http::BodyScanner(rules.body);
    framing.plan(parser.head(), rules, minor, may_keep, true, {});
  }

  // What goes out for a piece of the body.
  std::string piece(const std::string& received) {
    taken = framing.take(received, scanner);
    std::string out;
    for (const std::string_view part : framing.parts()) out += part;
    framing.take_head();
    return out;
  }

  http::ResponseParser parser;
  std::string head;
  http::ResponseRules rules;
  http::BodyScanner scanner{{}};
  AnswerFraming framing;
  std::size_t taken = 0;
};

}  // namespace

TEST_CASE("an answer with a length goes out as it came, its head with the first piece") {
  SeenAnswer answer("Content-Length: 5\r\n");
  CHECK(answer.piece("ab") == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
  CHECK(answer.piece("cdeNEXT") == "cde");
  CHECK(answer.taken == 3);
  CHECK(answer.framing.end().empty());
  CHECK(answer.framing.keep());
  CHECK_FALSE(answer.framing.ends_with_close());
}

TEST_CASE("an answer that ends with the connection gets chunks for HTTP/1.1") {
  SeenAnswer answer("");
  CHECK(answer.piece("").find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(answer.piece("abcdefghijklmnop") == "10\r\nabcdefghijklmnop\r\n");
  CHECK(answer.piece("q") == "1\r\nq\r\n");
  CHECK(answer.framing.end() == "0\r\n\r\n");
  CHECK(answer.framing.keep());
}

TEST_CASE("for HTTP/1.0 such an answer ends with the client's connection") {
  SeenAnswer answer("", 0);
  CHECK(answer.piece("ab") == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab");
  CHECK(answer.framing.end().empty());
  CHECK_FALSE(answer.framing.keep());
  CHECK(answer.framing.ends_with_close());
}

TEST_CASE("chunks are taken off for HTTP/1.0, and pass as they are else") {
  const std::string chunks = "3\r\nabc\r\n0\r\n\r\n";
  SeenAnswer old("Transfer-Encoding: chunked\r\n", 0);
  CHECK(old.piece(chunks) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
  CHECK(old.framing.piece() == "abc");
  CHECK(old.framing.ends_with_close());
  SeenAnswer usual("Transfer-Encoding: chunked\r\n");
  CHECK(usual.piece(chunks) == usual.head + chunks);
  CHECK(usual.taken == chunks.size());
}

TEST_CASE("what an answer says is had without its chunks, whether these go out or not") {
  for (const int minor : {0, 1}) {
    SeenAnswer in_chunks("Transfer-Encoding: chunked\r\n", minor);
    in_chunks.piece("3;a=b\r\nab");
    CHECK(in_chunks.framing.content() == "ab");
    in_chunks.piece("c\r\n1\r\nd\r\n0\r\nT: 1\r\n\r\n");
    CHECK(in_chunks.framing.content() == "cd");
    SeenAnswer usual("Content-Length: 2\r\n", minor);
    const std::string as_it_came = "ab";  // content() is a view into it
    usual.piece(as_it_came);
    CHECK(usual.framing.content() == "ab");
  }
}

TEST_CASE("a client that may not keep its connection is told so") {
  SeenAnswer answer("Content-Length: 1\r\n", 1, false);
  CHECK(answer.piece("a") == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na");
  CHECK_FALSE(answer.framing.keep());
}
