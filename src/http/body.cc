#include "http/body.h"

#include <algorithm>

namespace taskgate::http {

std::size_t BodyScanner::feed(std::string_view bytes, std::string* payload) {
  if (kind_ == BodyKind::chunked) return chunks_.feed(bytes, payload);
  const std::size_t taken = count(bytes);
  if (payload != nullptr) payload->append(bytes.substr(0, taken));
  return taken;
}

std::size_t BodyScanner::count(std::string_view bytes) {
  if (kind_ == BodyKind::none) return 0;
  if (kind_ == BodyKind::until_close) return bytes.size();
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
  remaining_ -= taken;
  return taken;
}

bool BodyScanner::complete() const {
  if (kind_ == BodyKind::chunked) return chunks_.complete();
  if (kind_ == BodyKind::until_close) return false;
  return kind_ == BodyKind::none || remaining_ == 0;
}

}  // namespace taskgate::http
