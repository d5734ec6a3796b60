// What ended with an exception on the admin port: a coroutine, or a look at the state. Any
// thread.
#pragma once

#include <exception>

namespace taskgate::admin {

// Says so in the log: it is a fault of the gate's own, out of memory for one, and costs one
// connection or answer. Nothing where there was none.
void report_failure(std::exception_ptr failure);

}  // namespace taskgate::admin
