#include "tmux/match.h"

#include <algorithm>
#include <vector>

#include "support/catch.h"

namespace taskgate::tmux {
namespace {

TEST_CASE("a pattern takes the whole name or nothing of it") {
  struct Row {
    std::vector<std::string> patterns;
    std::string name;
    bool matches;
  };
  const Row row = GENERATE(values<Row>({
      {{"kube-coder-*"}, "kube-coder-1795448247-bbeacad6", true},
      {{"kube-coder-*"}, "kube-coder-", true},
      {{"kube-coder-*"}, "my-kube-coder-1", false},
      {{"kube-coder-*"}, "Kube-Coder-1", false},
      {{"kube-coder"}, "kube-coder-1", false},
      {{"kube-coder-*"}, "kube-coder-a/b", true},
      {{"*"}, ".hidden", true},
      {{"*"}, "", true},
      {{"a?c"}, "abc", true},
      {{"a[0-9]"}, "a5", true},
      {{"a[!0-9]"}, "a5", false},
      {{"a\\*"}, "a*", true},
      {{"a\\*"}, "ab", false},
      {{"kube-*"}, "kube-\xff\xfe", true},
      {{"kube-*"}, "kube-two\nlines", true},
      {{"a", "b*"}, "bc", true},
      {{"a", "b*"}, "c", false},
      {{}, "a", false},
      {{""}, "", true},
      {{""}, "a", false},
      {{"a*b*"}, "a1b2", true},
      {{"a?*"}, "a", false},
  }));
  CAPTURE(row.patterns, row.name);
  const bool taken = std::ranges::any_of(row.patterns, [&](const std::string& pattern) {
    return NamePattern(pattern).takes(row.name);
  });
  CHECK(taken == row.matches);
}

}  // namespace
}  // namespace taskgate::tmux
