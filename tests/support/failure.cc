#include "support/failure.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace taskgate::test {
namespace {

constexpr std::size_t kShownBytes = 600;

std::string escaped(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  if (byte == '\r') return "\\r";
  if (byte == '\n') return "\\n\n";
  if (value >= 0x20 && value < 0x7f) return {byte};
  char text[8];
  std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned>(value));
  return text;
}

}  // namespace

void fail_errno(const std::string& what) {
  const int error = errno;
  throw Failure(what + ": " + std::strerror(error));
}

std::string shown(const std::string& bytes) {
  std::string out = "(" + std::to_string(bytes.size()) + " bytes) ";
  for (const char byte : bytes.substr(0, kShownBytes)) out += escaped(byte);
  if (bytes.size() > kShownBytes) out += "...";
  return out;
}

}  // namespace taskgate::test
