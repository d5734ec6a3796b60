// The outside that load() looks at in the real process.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "config/document.h"
#include "config/load.h"

namespace taskgate::config {
namespace {

boost::system::error_code last_error() {
  return {errno, boost::system::system_category()};
}

// To the end, or as much as the parser refuses for its size: a device or a log file that was named
// by mistake stays out of memory.
boost::system::result<std::string> read_all(int descriptor) {
  std::string text;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kLargestFile) return text;
  }
}

boost::system::result<std::string> read_file(const std::string& path) {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return last_error();
  auto text = read_all(descriptor);
  ::close(descriptor);
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

Sources process_sources(std::vector<std::string> flags) {
  Sources sources;
  sources.flags = std::move(flags);
  sources.variable = variable;
  sources.variable_names = variable_names();
  sources.read_file = read_file;
  sources.uid = ::getuid();
  return sources;
}

}  // namespace taskgate::config
