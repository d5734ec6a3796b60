#include "fuzz/plain_chunks.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "fuzz/check.h"

namespace taskgate::fuzz {

namespace {

constexpr std::string_view kHex = "0123456789abcdefABCDEF";
constexpr std::string_view kToken =
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kSpace = " \t";
constexpr std::size_t kMostDigits = 16;

// Thrown where the input ends, and where it breaks the grammar.
struct Ended {};
struct Malformed {};

bool is_text(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return byte == '\t' || (code >= 0x20 && code != 0x7F);
}

class Decoder {
 public:
  Decoder(std::string_view input, PlainChunks& out) : input_(input), out_(out) {}

  void body() {
    for (std::uint64_t size = chunk_size(); size > 0; size = chunk_size()) {
      data(size);
      line_end();
    }
    while (next() != '\r') trailer();
    line_end();
  }

 private:
  char next() const { return at_ < input_.size() ? input_[at_] : throw Ended(); }

  void skip() { ++at_; }
  void expect(char byte) { next() == byte ? skip() : throw Malformed(); }
  bool optional(char byte) {
    const bool is_there = next() == byte;
    if (is_there) skip();
    return is_there;
  }
  void line_end() {
    expect('\r');
    expect('\n');
  }
  std::string run_of(std::string_view set) {
    std::string run;
    for (; set.find(next()) != std::string_view::npos; skip()) run += next();
    return run;
  }
  std::string token() {
    const std::string name = run_of(kToken);
    return name.empty() ? throw Malformed() : name;
  }

  std::uint64_t chunk_size() {
    std::string digits;
    for (; kHex.find(next()) != std::string_view::npos; skip()) {
      if (digits.size() == kMostDigits) throw Malformed();
      digits += next();
    }
    if (digits.empty()) throw Malformed();
    while (optional(';')) extension();
    line_end();
    return std::stoull(digits, nullptr, 16);
  }

  // White space may stand around '=' and ';', but not at the end of the line.
  void extension() {
    run_of(kSpace);
    token();
    bool spaced = !run_of(kSpace).empty();
    if (optional('=')) {
      run_of(kSpace);
      next() == '"' ? quoted() : static_cast<void>(token());
      spaced = !run_of(kSpace).empty();
    }
    if (spaced && next() != ';') throw Malformed();
  }

  void quoted() {
    expect('"');
    while (!optional('"')) {
      optional('\\');
      is_text(next()) ? skip() : throw Malformed();
    }
  }

  void data(std::uint64_t size) {
    const auto there = std::min<std::uint64_t>(size, input_.size() - at_);
    out_.payload += input_.substr(at_, there);
    at_ += there;
    if (there < size) throw Ended();
  }

  void trailer() {
    static const std::set<std::string> kNotAllowed{
        "connection", "content-length",    "expect",           "host",
        "keep-alive", "max-forwards",      "proxy-connection", "te",
        "trailer",    "transfer-encoding", "upgrade",          "x-forwarded-for"};
    if (kNotAllowed.contains(lower(token()))) throw Malformed();
    expect(':');
    while (is_text(next())) skip();
    line_end();
  }

  std::string_view input_;
  PlainChunks& out_;
  std::size_t& at_ = out_.taken;
};

}  // namespace

PlainChunks decode_plainly(std::string_view input) {
  PlainChunks out;
  try {
    Decoder(input, out).body();
    out.end = PlainChunks::End::complete;
  } catch (const Ended&) {
    out.end = PlainChunks::End::more;
  } catch (const Malformed&) {
    out.end = PlainChunks::End::malformed;
  }
  return out;
}

}  // namespace taskgate::fuzz
