// The kernel's answer to who listens: one datagram, read as netlink and as /proc/net/unix. It comes
// from a kernel, but the paths in it are anybody's.
#include "tmux/listeners.h"
#include "fuzz/check.h"
#include "fuzz/target.h"
#include "tmux/diag_answer.h"

namespace taskgate::fuzz {
namespace {

using Progress = tmux::DiagAnswer::Progress;

void check_paths(const std::vector<tmux::Listener>& listeners) {
  for (const tmux::Listener& listener : listeners) {
    check(!listener.path.empty(), "a listener has a path");
  }
}

void run(std::string_view bytes) {
  tmux::DiagAnswer answer;
  const Progress progress = answer.take(bytes);
  check_paths(answer.listeners());
  check(progress == Progress::more || progress == Progress::complete || answer.listeners().empty(),
        "an answer that failed gives no listener");
  if (progress == Progress::complete) {
    tmux::DiagAnswer again;
    check(again.take({}) == Progress::more, "nothing is no answer");
    check(again.take(bytes) == progress, "an answer says the same twice");
    check(again.listeners().size() == answer.listeners().size(), "an answer says the same twice");
  }
  check_paths(tmux::parse_proc_net_unix(bytes));
}

}  // namespace
}  // namespace taskgate::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgate::fuzz::run(taskgate::fuzz::text_of(data, size));
  return 0;
}
