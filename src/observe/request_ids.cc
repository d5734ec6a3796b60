#include "observe/request_ids.h"

#include <algorithm>
#include <random>

#include "base/text.h"

namespace taskgate::observe {
namespace {

constexpr std::size_t kMaxRequestId = 128;

// version "-" trace-id "-" parent-id "-" flags
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanAt = kTraceAt + kTraceDigits + 1;
constexpr std::size_t kSpanDigits = 16;
constexpr std::size_t kFlagsAt = kSpanAt + kSpanDigits + 1;
constexpr std::size_t kTraceparent = kFlagsAt + 2;

constexpr std::size_t kMadeLength = 12;  // of 64 bits these are 60

// A permutation in which each bit of the number hangs on each other (the finalizer of SplitMix64).
std::uint64_t scatter(std::uint64_t number) {
  number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27U)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31U);
}

bool is_of_an_id(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view("-._~:+/=@").find(c) != std::string_view::npos;
}

// Lower case only, as the standard wants it.
bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view digits) {
  return digits.find_first_not_of('0') == std::string_view::npos;
}

bool is_traceparent(std::string_view text) {
  if (text.size() < kTraceparent) return false;
  const std::string_view version = text.substr(0, 2);
  const bool longer = text.size() > kTraceparent;
  if (longer && (version == "00" || text[kTraceparent] != '-')) return false;
  if (text[2] != '-' || text[kSpanAt - 1] != '-' || text[kFlagsAt - 1] != '-') return false;
  const std::string_view trace = text.substr(kTraceAt, kTraceDigits);
  const std::string_view span = text.substr(kSpanAt, kSpanDigits);
  return is_hexadecimal(version) && version != "ff" && is_hexadecimal(trace) && !is_zero(trace) &&
         is_hexadecimal(span) && !is_zero(span) && is_hexadecimal(text.substr(kFlagsAt, 2));
}

}  // namespace

RequestIds read_request_ids(std::string_view x_request_id, std::string_view traceparent) {
  RequestIds ids;
  if (x_request_id.size() <= kMaxRequestId && std::ranges::all_of(x_request_id, is_of_an_id)) {
    ids.request_id = x_request_id;
  }
  if (is_traceparent(traceparent)) {
    ids.trace_id = traceparent.substr(kTraceAt, kTraceDigits);
    ids.span_id = traceparent.substr(kSpanAt, kSpanDigits);
  }
  return ids;
}

std::string RequestIdMaker::make() {
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id(kMadeLength, '0');
  std::uint64_t bits = scatter(scatter(next_++) ^ key_);
  for (char& c : id) {
    c = kDigits[bits % kDigits.size()];
    bits /= kDigits.size();
  }
  return id;
}

std::uint64_t RequestIdMaker::any() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace taskgate::observe
