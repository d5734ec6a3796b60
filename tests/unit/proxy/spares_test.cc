#include "proxy/spares.h"

#include "support/catch.h"

using namespace taskgate;
using namespace taskgate::proxy;

TEST_CASE("what was given back is what is taken next, and a crowd's goes to the heap") {
  SpareBlocks blocks(16);
  auto first = blocks.take();
  const char* const address = first.get();
  blocks.give(std::move(first));
  CHECK((kKeptSpares == 0 || blocks.take().get() == address));

  Spare<int> kept;
  for (int i = 1; i <= 100; ++i) kept.give(i);
  std::size_t count = 0;
  while (kept.take() != 0) ++count;
  CHECK(count == kKeptSpares);
}

TEST_CASE("a text that was given back comes empty, and not where it has grown large") {
  SpareTexts texts;
  texts.give("GET / HTTP/1.1\r\n");
  texts.give(std::string(100'000, 'x'));
  const std::string text = texts.take();
  CHECK(text.empty());
  CHECK(text.capacity() < 100'000);
}

TEST_CASE("a parser that was given back parses the next head, whatever its last one was") {
  SpareParsers parsers;
  auto parser = parsers.take();
  SECTION("that was whole") {
    parser->parse("HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n");
  }
  SECTION("of which a part came") {
    parser->parse("HTTP/1.1 200 OK\r\nA: b\r\nC");
  }
  SECTION("that was faulty") {
    parser->parse("HTTP/1.1 200 OK\r\nA b\r\n");
  }
  parsers.give(std::move(parser));
  parser = parsers.take();
  REQUIRE(parser->parse("HTTP/1.0 404 No\r\nD: e\r\n\r\n") == http::Progress::complete);
  const http::ResponseHead& head = parser->head();
  CHECK(head.status == 404);
  CHECK(head.minor_version == 0);
  CHECK(head.reason == "No");
  REQUIRE(head.fields.size() == 1);
  CHECK(head.fields.front().value == "e");
  CHECK(head.connection.named.empty());
  CHECK(head.size == 25);
}

TEST_CASE("a parser that holds much is not kept") {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 500; ++i) head += "A: b\r\n";
  SpareParsers parsers;
  auto parser = parsers.take();
  REQUIRE(parser->parse(head + "\r\n") == http::Progress::complete);
  CHECK(parser->bytes() > 4096);
  parsers.give(std::move(parser));
  CHECK(parsers.take()->bytes() == 0);
}
