#include "proxy/heap_trim.h"

#include <malloc.h>

namespace taskgate::proxy {
namespace {

constexpr Duration kCalm = std::chrono::milliseconds(500);

}  // namespace

void HeapTrim::trim_soon() {
  if (waits_) return;
  timer_.expires_after(kCalm);
  timer_.async_wait([this](ErrorCode error) {
    waits_ = false;
    if (error || !is_low()) return;  // the crowd is back
    peak_ = now_;
    malloc_trim(0);
  });
  waits_ = true;
}

}  // namespace taskgate::proxy
