// A chunked body: where it ends and what it carries, against the plain decoder and however cut.
#include <string>

#include "fuzz/check.h"
#include "fuzz/pieces.h"
#include "fuzz/plain_chunks.h"
#include "fuzz/target.h"
#include "http/body.h"

namespace taskgate::fuzz {

namespace {

using http::BodyScanner;
using End = PlainChunks::End;

PlainChunks scan(std::string_view input, const http::test::Cuts& cuts) {
  BodyScanner scanner({.kind = http::BodyKind::chunked});
  PlainChunks scanned;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    const std::string piece(
        input.substr(from, cut - from));  // a buffer of its own, exactly as long
    const bool had_ended = scanner.complete() || scanner.failed();
    const std::size_t taken = scanner.feed(piece, &scanned.payload);
    check(!had_ended || taken == 0, "nothing is taken behind the end");
    const bool has_ended = scanner.complete() || scanner.failed();
    check(has_ended || taken == piece.size(), "all is taken before the end");
    scanned.taken += taken;
    from = cut;
  }
  check(!scanner.complete() || !scanner.failed(), "a body does not end in both ways");
  check(!scanner.failed() || scanner.fault() != nullptr, "a failure has a reason");
  if (scanner.complete()) scanned.end = End::complete;
  if (scanner.failed()) scanned.end = End::malformed;
  return scanned;
}

void check_same(const PlainChunks& scanned, const PlainChunks& expected, const char* sentence) {
  check(scanned.end == expected.end && scanned.taken == expected.taken, sentence);
  check_equal(scanned.payload, expected.payload, sentence);
}

void run(std::string_view input) {
  using namespace http::test;
  const PlainChunks scanned = scan(input, whole(input));
  check_same(scanned, decode_plainly(input),
             "a chunked body is read as the plain decoder reads it");
  std::mt19937 chance = chance_of(input);
  constexpr const char* kHoweverCut = "a chunked body is the same however it is cut";
  for (int round = 0; round < 2; ++round) {
    check_same(scan(input, at_random(input, chance)), scanned, kHoweverCut);
  }
  check_same(scan(input, byte_by_byte(input)), scanned, kHoweverCut);
}

}  // namespace

}  // namespace taskgate::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgate::fuzz::run(taskgate::fuzz::text_of(data, size));
  return 0;
}
