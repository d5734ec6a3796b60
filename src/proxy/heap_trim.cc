#include "proxy/heap_trim.h"

#include <malloc.h>

namespace taskgate::proxy {
namespace {

constexpr Duration kCalm = std::chrono::milliseconds(500);

}  // namespace

void trim_heap() {
  malloc_trim(0);
}

void HeapTrim::trim_soon() {
  if (waits_) return;
  timer_.expires_after(kCalm);
  timer_.async_wait([this, before = now_](ErrorCode error) {
    waits_ = false;
    if (error || !is_low()) return;  // the crowd is back
    spares_.drop();
    trim_();
    if (now_ < before) return trim_soon();  // some of it was still to go
    peak_ = now_;
  });
  waits_ = true;
}

}  // namespace taskgate::proxy
