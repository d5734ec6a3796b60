#include "proxy/byte_budget.h"

namespace taskgate::proxy {

void ByteBudget::Share::release() {
  if (budget_ == nullptr) return;
  ByteBudget& budget = *budget_;
  budget_ = nullptr;
  budget.used_ -= bytes_;
  budget.line_.wake_first();
}

Task<bool> ByteBudget::acquire(Share& share, std::size_t bytes, TimePoint deadline) {
  if (!line_.empty() || !fits(bytes)) {
    const std::function<bool()> ready = [this, bytes] { return fits(bytes); };
    const bool first = co_await line_.wait(ready, deadline);
    if (!first) co_return false;
  }
  grant(share, bytes);
  co_return true;
}

void ByteBudget::grant(Share& share, std::size_t bytes) {
  share.budget_ = this;
  share.bytes_ = bytes;
  used_ += bytes;
  line_.wake_first();
}

void ByteBudget::set_total(std::size_t total) {
  total_ = total;
  line_.wake_first();
}

}  // namespace taskgate::proxy
