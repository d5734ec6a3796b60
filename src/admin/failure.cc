#include "admin/failure.h"

#include "base/log.h"

namespace taskgate::admin {

void report_failure(std::exception_ptr failure) try {
  if (failure) std::rethrow_exception(failure);
} catch (const std::exception& problem) {
  log::error("admin_connection_failed")
      .field("reason", problem.what())
      .field("detail", "a fault of the gate's own, or no memory; the other connections go on");
}

}  // namespace taskgate::admin
