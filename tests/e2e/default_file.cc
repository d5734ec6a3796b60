// Preloaded into the gate: /etc/taskgate/config.yaml is the file that DEFAULT_FILE names, so that a
// test may write it.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>

namespace {

const char* redirected(const char* path) {
  return std::strcmp(path, "/etc/taskgate/config.yaml") == 0 ? std::getenv("DEFAULT_FILE") : path;
}

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// The gate opens files to read them, so that no mode is passed on.
extern "C" int open(const char* path, int flags, ...) {
  static const auto next = real<int (*)(const char*, int, ...)>("open");
  return next(redirected(path), flags);
}

extern "C" int stat(const char* path, struct stat* out) {
  static const auto next = real<int (*)(const char*, struct stat*)>("stat");
  return next(redirected(path), out);
}
