#include "http/date.h"

namespace taskgate::http {

// The process never calls setlocale(), so the names are English.
std::string_view Date::at(std::time_t now) {
  if (size_ == 0 || now != written_) {
    written_ = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    size_ = std::strftime(text_.data(), text_.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return {text_.data(), size_};
}

}  // namespace taskgate::http
