// What the kernel or a library says when something fails, as a value. Any thread.
#pragma once

#include <boost/system/error_code.hpp>
#include <cerrno>

namespace taskgate {

using ErrorCode = boost::system::error_code;

// Of an errno.
inline ErrorCode kernel_error(int number) {
  return {number, boost::system::system_category()};
}

// Of the system call that has just failed.
inline ErrorCode last_error() {
  return kernel_error(errno);
}

}  // namespace taskgate
