// Feeds messages to the parsers in pieces, each time in a buffer of its own that is exactly as long
// as what has come, and says what came out as one line of text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "http/body.h"
#include "http/head.h"
#include "http/rewrite.h"
#include "http/rules.h"

namespace taskgate::http::test {

// How much has come at each call, in rising order; the last is all of it.
using Cuts = std::vector<std::size_t>;

Cuts whole(std::string_view input);
Cuts byte_by_byte(std::string_view input);
Cuts at_random(std::string_view input, std::mt19937& random);

// A parser, and the buffer that its views point into.
template <typename Parser>
struct Parsed {
  Parser parser;
  std::unique_ptr<char[]> buffer;
  Progress progress = Progress::need_more;
  std::size_t seen = 0;  // how much had come when the parser came to its end
};

template <typename Parser>
Parsed<Parser> parse_in_pieces(std::string_view input, const Cuts& cuts, HeadLimits limits = {}) {
  Parsed<Parser> parsed{.parser = Parser(limits), .buffer = nullptr};
  for (const std::size_t cut : cuts) {
    auto moved = std::make_unique<char[]>(cut);
    std::copy_n(input.data(), cut, moved.get());
    parsed.progress = parsed.parser.parse({moved.get(), cut});
    parsed.buffer = std::move(moved);
    parsed.seen = cut;
    if (parsed.progress != Progress::need_more) break;
  }
  return parsed;
}

// "GET /x 1.1 |Host=a|Accept=b" or "400 bare LF" or "need more".
std::string outcome(const Parsed<RequestParser>& parsed);
// "200 1.1 reason=OK |Server=a" or "fault: bare LF" or "need more".
std::string outcome(const Parsed<ResponseParser>& parsed);

// "length 5 keep-alive expects-continue upgrade max-forwards=3" or "400 no Host".
std::string outcome(const Checked<RequestRules>& rules);
std::string to_string(const BodyFraming& body);

}  // namespace taskgate::http::test
