// The outside that load() looks at in the real process.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "base/descriptor.h"
#include "base/error.h"
#include "config/document.h"
#include "config/load.h"

namespace taskgate::config {
namespace {

// What is written into a pipe may have to come from a cluster first.
constexpr std::chrono::milliseconds kPipeWait = std::chrono::seconds(10);

bool wait_for_writer(int descriptor) {
  pollfd pipe{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&pipe, 1, static_cast<int>(kPipeWait.count())) > 0;
}

bool is_pipe(int descriptor) {
  struct stat file {};
  return ::fstat(descriptor, &file) == 0 && S_ISFIFO(file.st_mode);
}

// To the end, or as much as the parser refuses for its size: a device or a log file that was named
// by mistake stays out of memory.
boost::system::result<std::string> read_all(int descriptor, Patience patience) {
  std::string text;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      if (patience == Patience::for_writers && wait_for_writer(descriptor)) continue;
      return kernel_error(ENODATA);
    }
    if (count < 0) return last_error();
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kLargestFile) return text;
  }
}

boost::system::result<std::string> read_file(const std::string& path, Patience patience) {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return last_error();
  auto text = read_all(file.get(), patience);
  // Its writer has failed, or it was read before; an empty file would be a valid configuration.
  if (text && text->empty() && is_pipe(file.get())) text = kernel_error(ENODATA);
  return text;
}

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

}  // namespace

Sources process_sources(std::vector<std::string> flags, Patience patience) {
  Sources sources;
  sources.flags = std::move(flags);
  sources.variable = variable;
  sources.variable_names = variable_names();
  sources.read_file = [patience](const std::string& path) { return read_file(path, patience); };
  sources.uid = ::getuid();
  return sources;
}

}  // namespace taskgate::config
