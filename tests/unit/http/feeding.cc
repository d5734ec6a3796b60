#include "unit/http/feeding.h"

#include "support/catch.h"

namespace taskgate::http::test {

namespace {

template <typename Parser>
std::string read(std::string_view input, HeadLimits limits) {
  const std::string expected = outcome(parse_in_pieces<Parser>(input, whole(input), limits));
  CHECK(outcome(parse_in_pieces<Parser>(input, byte_by_byte(input), limits)) == expected);
  std::mt19937 random(static_cast<unsigned>(input.size()));
  for (int round = 0; round < 8; ++round) {
    const Cuts cuts = at_random(input, random);
    CHECK(outcome(parse_in_pieces<Parser>(input, cuts, limits)) == expected);
  }
  return expected;
}

}  // namespace

std::string read_request(std::string_view input, HeadLimits limits) {
  return read<RequestParser>(input, limits);
}

std::string read_response(std::string_view input, HeadLimits limits) {
  return read<ResponseParser>(input, limits);
}

std::string examine_request(std::string_view input) {
  const auto parsed = parse_in_pieces<RequestParser>(input, whole(input));
  if (parsed.progress != Progress::complete) return outcome(parsed);
  return outcome(examine(parsed.parser.head()));
}

}  // namespace taskgate::http::test
