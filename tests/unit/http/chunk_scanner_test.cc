#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunk_scanner.h"
#include "support/catch.h"
#include "unit/http/pieces.h"

namespace taskgate::http::test {

namespace {

using namespace std::string_literals;

// "9 bytes, payload abc" or "fault behind 3 bytes: ..., payload ab" or "need more, payload ab".
std::string scan(std::string_view input, const Cuts& cuts) {
  ChunkScanner scanner;
  std::string payload;
  std::size_t taken = 0;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    const std::string piece(input.substr(from, cut - from));
    taken += scanner.feed(piece, &payload);
    from = cut;
  }
  std::string text = "need more";
  if (scanner.complete()) text = std::to_string(taken) + " bytes";
  if (scanner.failed()) {
    text = "fault behind " + std::to_string(taken) + " bytes: " + scanner.fault();
  }
  return text + ", payload " + payload;
}

std::string scan(std::string_view input) {
  const std::string expected = scan(input, whole(input));
  CHECK(scan(input, byte_by_byte(input)) == expected);
  std::mt19937 random(static_cast<unsigned>(input.size()));
  for (int round = 0; round < 8; ++round) {
    CHECK(scan(input, at_random(input, random)) == expected);
  }
  return expected;
}

struct ChunkRow {
  std::string input;
  std::string expected;
};

void check_chunks(const std::vector<ChunkRow>& rows) {
  for (const ChunkRow& row : rows) {
    INFO(row.input);
    CHECK(scan(row.input) == row.expected);
  }
}

}  // namespace

TEST_CASE("a chunked body ends behind its trailers") {
  check_chunks({
      {"0\r\n\r\n", "5 bytes, payload "},
      {"0\r\n\r\nGET / HTTP/1.1\r\n", "5 bytes, payload "},
      {"5\r\nhello\r\n0\r\n\r\n", "15 bytes, payload hello"},
      {"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n0\r\n\r\n", "18 bytes, payload abc"},
      {"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "35 bytes, payload 01234567890123456789"},
      {"0000000000000001\r\na\r\n0000000000000000\r\n\r\n", "41 bytes, payload a"},
      {"2\r\n\r\n\r\n0\r\n\r\n", "12 bytes, payload \r\n"},
      {"1;a\r\na\r\n0;b=\"c;d\" ;\te\r\n\r\n", "25 bytes, payload a"},
      {"1; a \t= b ; c\r\na\r\n0\r\n\r\n", "23 bytes, payload a"},
      {"1;a=\"\\\"\x80\t;\\\\\"\r\na\r\n0\r\n\r\n", "23 bytes, payload a"},
      {"0\r\nA: b\r\nC:\r\n\r\nmore", "15 bytes, payload "},
      {"5\r\nhel", "need more, payload hel"},
      {"5\r\nhello\r\n0\r\n", "need more, payload hello"},
      {"", "need more, payload "},
  });
}

TEST_CASE("malformed chunk sizes are refused") {
  const std::string size = "malformed chunk size, payload ";
  check_chunks({
      {"\r\n\r\n", "fault behind 0 bytes: " + size},
      {"x\r\n", "fault behind 0 bytes: " + size},
      {";a\r\n", "fault behind 0 bytes: " + size},
      {"+5\r\nhello", "fault behind 0 bytes: " + size},
      {"-5\r\nhello", "fault behind 0 bytes: " + size},
      {" 5\r\nhello", "fault behind 0 bytes: " + size},
      {"0x5\r\nhello", "fault behind 1 bytes: " + size},
      {"5 \r\nhello", "fault behind 1 bytes: " + size},
      {"5\t;a\r\nhello", "fault behind 1 bytes: " + size},
      {"5_0\r\nhello", "fault behind 1 bytes: " + size},
      {"5,\r\nhello", "fault behind 1 bytes: " + size},
      {"5\xA0\r\nhello", "fault behind 1 bytes: " + size},
      {"5\0\r\nhello"s, "fault behind 1 bytes: " + size},
      {"00000000000000005\r\nhello", "fault behind 16 bytes: chunk size too large, payload "},
      {"10000000000000000\r\nx", "fault behind 16 bytes: chunk size too large, payload "},
  });
}

TEST_CASE("the largest chunk size is counted down without overflow") {
  CHECK(scan("ffffffffffffffff\r\nabc") == "need more, payload abc");
}

TEST_CASE("lines of a chunked body end in CRLF only") {
  const std::string lf = "bare LF in a chunked body, payload ";
  const std::string cr = "bare CR in a chunked body, payload ";
  check_chunks({
      {"\n", "fault behind 0 bytes: " + lf},
      {"5\nhello", "fault behind 1 bytes: " + lf},
      {"5\rhello", "fault behind 2 bytes: " + cr},
      {"5\r\r\nhello", "fault behind 2 bytes: " + cr},
      {"5;a\nhello", "fault behind 3 bytes: " + lf},
      {"5;a=\"\nhello", "fault behind 5 bytes: " + lf},
      {"5;a\rb\r\nhello", "fault behind 4 bytes: " + cr},
      {"1\r\na\n0\r\n\r\n", "fault behind 4 bytes: " + lf + "a"},
      {"1\r\na\rx", "fault behind 5 bytes: " + cr + "a"},
      {"1\r\nab\r\n", "fault behind 4 bytes: chunk longer than its size, payload a"},
      {"0\r\n\n", "fault behind 3 bytes: " + lf},
      {"0\r\n\rx", "fault behind 4 bytes: " + cr},
      {"0\r\nA: b\n\r\n", "fault behind 7 bytes: " + lf},
      {"0\r\nA: b\rC: d\r\n\r\n", "fault behind 8 bytes: " + cr},
      {"0\r\nA\n\r\n", "fault behind 4 bytes: " + lf},
  });
}

TEST_CASE("malformed chunk extensions are refused") {
  const std::string malformed = "malformed chunk extension, payload ";
  check_chunks({
      {"5;\r\nhello", "fault behind 2 bytes: " + malformed},
      {"5;;a\r\nhello", "fault behind 2 bytes: " + malformed},
      {"5;=a\r\nhello", "fault behind 2 bytes: " + malformed},
      {"5;a;\r\nhello", "fault behind 4 bytes: " + malformed},
      {"5;a=\r\nhello", "fault behind 4 bytes: " + malformed},
      {"5;a=;b\r\nhello", "fault behind 4 bytes: " + malformed},
      {"5;a \r\nhello", "fault behind 4 bytes: " + malformed},
      {"5;a b\r\nhello", "fault behind 4 bytes: " + malformed},
      {"5;a=b \r\nhello", "fault behind 6 bytes: " + malformed},
      {"5;a=b c\r\nhello", "fault behind 6 bytes: " + malformed},
      {"5;a=b=c\r\nhello", "fault behind 5 bytes: " + malformed},
      {"5;a=\"b\"c\r\nhello", "fault behind 7 bytes: " + malformed},
      {"5;a=\"b\r\nhello", "fault behind 6 bytes: " + malformed},
      {"5;a=\"\\\r\nhello", "fault behind 6 bytes: " + malformed},
      {"5;a,b\r\nhello", "fault behind 3 bytes: " + malformed},
      {"5;\x80\r\nhello", "fault behind 2 bytes: " + malformed},
      {"5;a\0\r\nhello"s, "fault behind 3 bytes: " + malformed},
      {"5;a\x7F\r\nhello", "fault behind 3 bytes: " + malformed},
      {"5;a=\"\x0B\"\r\nhello", "fault behind 5 bytes: " + malformed},
  });
}

TEST_CASE("fields that mean something to a hop are refused in trailers") {
  const std::string fault = "field not allowed in a trailer, payload ";
  check_chunks({
      {"0\r\nContent-Length: 5\r\n\r\n", "fault behind 17 bytes: " + fault},
      {"0\r\nA: b\r\ntransfer-encoding: chunked\r\n\r\n", "fault behind 26 bytes: " + fault},
      {"0\r\nHOST: a\r\n\r\n", "fault behind 7 bytes: " + fault},
      {"0\r\nConnection: close\r\n\r\n", "fault behind 13 bytes: " + fault},
      {"0\r\nTransfer-Encodings: x\r\nTransfer-Encodin: x\r\nHosts: x\r\n\r\n",
       "59 bytes, payload "},
  });
}

TEST_CASE("malformed trailers are refused") {
  const std::string line = "malformed trailer line, payload ";
  check_chunks({
      {"0\r\nA\r\n\r\n", "fault behind 4 bytes: " + line},
      {"0\r\nA : b\r\n\r\n", "fault behind 4 bytes: " + line},
      {"0\r\n: b\r\n\r\n", "fault behind 3 bytes: " + line},
      {"0\r\nA(: b\r\n\r\n", "fault behind 4 bytes: " + line},
      {"0\r\n\x80: b\r\n\r\n", "fault behind 3 bytes: " + line},
      {"0\r\n A: b\r\n\r\n", "fault behind 3 bytes: folded trailer line, payload "},
      {"0\r\nA: b\r\n\tc\r\n\r\n", "fault behind 9 bytes: folded trailer line, payload "},
      {"0\r\nA: \x01\r\n\r\n", "fault behind 6 bytes: control byte in a trailer, payload "},
      {"0\r\nA: \0\r\n\r\n"s, "fault behind 6 bytes: control byte in a trailer, payload "},
  });
}

TEST_CASE("chunk extensions are bounded on each line") {
  const std::string most(8 * 1024 - 1, 'x');  // and its CR
  const std::string line = "1;" + most + "\r\na\r\n";
  const std::string two_lines = line + line + "0\r\n\r\n";
  CHECK(scan(two_lines) == std::to_string(two_lines.size()) + " bytes, payload aa");
  CHECK(scan("1;" + most + "x\r\na\r\n0\r\n\r\n") ==
        "fault behind 8194 bytes: chunk extensions too long, payload ");
}

TEST_CASE("trailers are bounded together") {
  const std::string line = "A: b\r\n";
  const std::string filler(16 * 1024 - line.size() - std::string_view("B:\r\n\r\n").size(), 'x');
  const std::string fits = "0\r\n" + line + "B:" + filler + "\r\n\r\n";
  CHECK(scan(fits) == "16387 bytes, payload ");
  const std::string exceeds = "0\r\n" + line + "B:x" + filler + "\r\n\r\n";
  CHECK(scan(exceeds) == "fault behind 16387 bytes: trailers too large, payload ");
}

TEST_CASE("a scanner takes nothing more once it has ended") {
  ChunkScanner complete;
  CHECK(complete.feed("0\r\n\r\n") == 5);
  CHECK(complete.feed("0\r\n\r\n") == 0);
  CHECK(complete.complete());
  ChunkScanner failed;
  CHECK(failed.feed("x") == 0);
  CHECK(failed.feed("0\r\n\r\n") == 0);
  CHECK(failed.failed());
}

}  // namespace taskgate::http::test
