// Looks for a member "status":"error" in an answer that passes by: the first upstream says 201 even
// when tmux failed, and such a create is no evidence against our socket. Pure.
#pragma once

#include <string_view>

namespace taskgate::proxy {

class StatusSniffer {
 public:
  void feed(std::string_view bytes);
  bool saw_error() const { return at_ == kPattern.size(); }

 private:
  // White space is allowed where JSON allows it: before and behind the colon.
  static constexpr std::string_view kPattern = R"("status":"error")";
  static constexpr std::size_t kBeforeColon = 8;
  static constexpr std::size_t kBehindColon = 9;

  std::size_t at_ = 0;
};

}  // namespace taskgate::proxy
