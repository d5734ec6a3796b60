#include "http/framing.h"

#include <charconv>

#include "base/text.h"
#include "http/characters.h"
#include "http/list.h"

namespace taskgate::http {

namespace {

constexpr int kBadRequest = 400;
constexpr int kNotImplemented = 501;

using Framing = Checked<std::optional<BodyFraming>>;

Framing refuse(int status, const char* reason) {
  return Refusal{status, reason};
}

// Only `chunked` alone is taken. A list is looked at to give the right status: a coding unknown
// here before a final `chunked` is not implemented (RFC 9112 section 6.1); where `chunked` is not
// the final coding, is applied twice, has parameters or is misspelled, the body's end cannot be
// known (section 6.3 rule 4).
Framing refuse_coding(std::string_view codings) {
  const std::size_t last = codings.rfind(',') + 1;
  if (!equals_ignoring_case(trim(codings.substr(last)), "chunked")) {
    return refuse(kBadRequest, "Transfer-Encoding does not end in chunked");
  }
  for (std::string_view rest = codings.substr(0, last); !rest.empty();) {
    const std::string_view coding = take_element(rest);
    const std::string_view name = coding.substr(0, skip(ByteClass::token, coding, 0));
    if (name.empty()) return refuse(kBadRequest, "malformed Transfer-Encoding");
    if (equals_ignoring_case(name, "chunked")) {
      return refuse(kBadRequest, "chunked applied more than once");
    }
  }
  return refuse(kNotImplemented, "unknown transfer coding");
}

Framing read_transfer_encoding(const KnownFields& known, int minor_version) {
  if (known.count(KnownField::transfer_encoding) > 1) {
    return refuse(kBadRequest, "repeated Transfer-Encoding");
  }
  // The sender cannot know it, so something in between made it up (RFC 9112 section 6.1).
  if (minor_version == 0) return refuse(kBadRequest, "Transfer-Encoding in HTTP/1.0");
  const std::string_view codings = known.first(KnownField::transfer_encoding)->value;
  if (!equals_ignoring_case(codings, "chunked")) return refuse_coding(codings);
  return std::optional(BodyFraming{.kind = BodyKind::chunked});
}

Framing read_content_length(const KnownFields& known) {
  if (known.count(KnownField::content_length) > 1) {
    return refuse(kBadRequest, "repeated Content-Length");
  }
  const auto length = parse_decimal(known.first(KnownField::content_length)->value);
  if (!length) return refuse(kBadRequest, "invalid Content-Length");
  if (*length == 0) return std::optional(BodyFraming{});
  return std::optional(BodyFraming{.kind = BodyKind::length, .length = *length});
}

}  // namespace

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  // Longer numbers are only leading zeros, which parsers with a limit on digits read otherwise.
  constexpr std::size_t kMostDigits = 20;
  if (text.empty() || text.size() > kMostDigits) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

Framing read_framing(const KnownFields& known, int minor_version) {
  const bool has_coding = known.count(KnownField::transfer_encoding) > 0;
  const bool has_length = known.count(KnownField::content_length) > 0;
  if (has_coding && has_length) {
    return refuse(kBadRequest, "both Transfer-Encoding and Content-Length");
  }
  if (has_coding) return read_transfer_encoding(known, minor_version);
  if (has_length) return read_content_length(known);
  return std::optional<BodyFraming>();
}

}  // namespace taskgate::http
