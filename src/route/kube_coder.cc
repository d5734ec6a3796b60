// What starts a tmux session in the kube-coder workspace server, and how that server reads a
// target.
//
// Its steps for every method but GET, on the raw target (never decoded, the query never cut off):
// leading slashes collapse to one; one "/bearer-api/" is taken off, then one "/oauth/", then one
// "/browser/"; the rest must match exactly. So there are eight stacks of prefixes before each path,
// and no other spelling creates.
#include <string>
#include <utility>

#include "route/table.h"

namespace taskgate::route {
namespace {

// Which characters the ids of boards and crons have is not documented: all that can stand in a
// segment.
const std::string kAnyId = R"({id:[!-"$-.0->@-~]})";

Rule rule_of(std::string method, std::string_view path) {
  Rule rule;
  rule.method = std::move(method);
  rule.path = *Pattern::parse(path);
  rule.prefixes = {"/bearer-api", "/oauth", "/browser"};
  rule.spelling = Spelling::exact;
  return rule;
}

Rule create(std::string name, std::string_view path) {
  Rule rule = rule_of("POST", path);
  rule.name = std::move(name);
  // The session is there some milliseconds before the answer, so nothing has to settle.
  rule.settle = Duration::zero();
  rule.redirect_refuses = true;
  rule.session = {{"/tmux_session", ""}, {"/task_id", "kube-coder-"}};
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

// A run of a board makes up to `concurrency` tasks in the server itself, at once after its answer,
// or none when nothing is to be done. The server bounds the number by 8; what it takes where the
// body does not say is not documented, so that is the bound.
Rule board_run() {
  Rule rule = create("board-run", "/api/boards/" + kAnyId + "/runs");
  rule.starts = Starts::maybe;
  rule.slots = {"/concurrency", 8, 8};
  rule.settle = std::chrono::seconds(2);
  return rule;
}

// A run of a cron makes a job, which comes back as a cron-fire some seconds later.
Rule cron_run() {
  Rule rule = create("cron-run", "/api/crons/" + kAnyId + "/run");
  rule.starts = Starts::elsewhere;
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
          board_run(),
          cron_run(),
      },
      // The app proxy is the one route that reads the body of a GET.
      {"/api/app-proxy/"},
      AppProxy{"/api/app-proxy/", {"/bearer-api", "/oauth", "/browser"}, {"/oauth", "/browser"}},
      {rule_of("DELETE", "/api/claude/tasks/" + kAnyId)});
}

}  // namespace taskgate::route
