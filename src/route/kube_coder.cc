// What starts a tmux session in the kube-coder workspace server, and how that server reads a
// target.
//
// Its steps for every method but GET, on the raw target (never decoded, the query never cut off):
// leading slashes collapse to one; one "/bearer-api/" is taken off, then one "/oauth/", then one
// "/browser/"; the rest must match exactly. So there are eight stacks of prefixes before each path,
// and no other spelling creates.
#include <utility>

#include "route/table.h"

namespace taskgate::route {
namespace {

Rule create(std::string name, std::string_view path) {
  Rule rule;
  rule.name = std::move(name);
  rule.method = "POST";
  rule.path = *Pattern::parse(path);
  rule.prefixes = {"/bearer-api", "/oauth", "/browser"};
  rule.spelling = Spelling::exact;
  // The session is there some milliseconds before the answer, so nothing has to settle.
  rule.settle = Duration::zero();
  return rule;
}

// An item of the desktop is a task, a link or a shell command, and only the first kind creates. The
// request does not say which; the item does, and reading it needs no login, so that it is asked
// without any prefix.
Rule desktop_launch() {
  Rule rule = create("desktop-launch", "/api/desktop/{id:[a-z0-9]}/launch");
  rule.kind_path = "/api/desktop/{id}";
  rule.kind_pointer = "/action/type";
  rule.kind_creates = "task";
  return rule;
}

}  // namespace

Table kube_coder() {
  return Table(
      {
          create("task", "/api/claude/tasks"),
          create("terminal", "/api/claude/tasks/terminal"),
          create("webhook", "/api/webhooks/{id:[a-zA-Z0-9_-]}"),
          create("webhook-test", "/api/webhooks/{id:[a-zA-Z0-9_-]}/test"),
          create("cron-fire", "/api/triggers/cron-fire/{id:[a-z0-9-]}"),
          desktop_launch(),
      },
      // The app proxy is the one route that reads the body of a GET.
      {"/api/app-proxy/"});
}

}  // namespace taskgate::route
