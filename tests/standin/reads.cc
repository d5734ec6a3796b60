#include "standin/reads.h"

#include <boost/json/serialize.hpp>

#include "standin/auth.h"
#include "standin/creates.h"
#include "standin/python_json.h"
#include "standin/text.h"

namespace taskgate::standin {
namespace {

namespace json = boost::json;

// This route is the tests' own, not the upstream's: it has a length, and neither it nor its
// connection is counted.
void serve_stats(Exchange& exchange) {
  Counters& counters = exchange.server.counters;
  --counters.requests;
  --counters.connections;
  exchange.reply.measured(200, "application/json", json::serialize(counters.to_json()));
}

void serve_metrics(Exchange& exchange) {
  if (!require_authorization(exchange)) return;
  exchange.reply.json(200, {{"tasks", exchange.server.tmux.count_tasks()}});
}

void serve_prometheus(Exchange& exchange) {
  if (!require_authorization(exchange)) return;
  const std::string text =
      "# HELP kubecoder_tasks Tasks by the status in their record, which lags behind tmux.\n"
      "# TYPE kubecoder_tasks gauge\nkubecoder_tasks{status=\"running\"} " +
      std::to_string(exchange.server.tmux.count_tasks()) + "\n";
  exchange.reply.measured(200, "text/plain; version=0.0.4; charset=utf-8", text);
}

void serve_task_list(Exchange& exchange) {
  json::array tasks = exchange.server.tasks.all();
  for (auto& task : tasks) {
    task.as_object()["status"] = current_status(exchange.server, task.as_object());
  }
  exchange.reply.json(200, {{"tasks", tasks}});
}

void serve_task(Exchange& exchange, const std::string& id) {
  auto record = exchange.server.tasks.find(id);
  if (!record) return exchange.reply.error(404, "Task not found");
  (*record)["status"] = current_status(exchange.server, *record);
  exchange.reply.json(200, *record);
}

void serve_desktop_item(Exchange& exchange, const std::string& id) {
  const std::string kind = desktop_kind(id);
  if (kind.empty()) return exchange.reply.error(404, "Not found");
  exchange.reply.json(200, {{"id", id}, {"name", id}, {"action", {{"type", kind}}}});
}

}  // namespace

bool serve_health(Exchange& exchange) {
  const std::string& raw = exchange.target.raw;
  if (raw == "/livez" || raw == "/health") {
    exchange.reply.json(200, {{"status", "ok"}});
  } else if (raw == "/metrics") {
    serve_metrics(exchange);
  } else if (raw == "/metrics/prometheus") {
    serve_prometheus(exchange);
  } else if (raw == "/standin/stats") {
    serve_stats(exchange);
  } else {
    return false;
  }
  return true;
}

bool serve_read(Exchange& exchange) {
  const std::string& path = exchange.target.read;
  // The item's kind is open to anybody, also in oauth2 mode.
  if (const auto id = id_between(path, "/api/desktop/", "", kLowerAlnum)) {
    serve_desktop_item(exchange, *id);
    return true;
  }
  const auto id = id_between(path, "/api/claude/tasks/", "", kTaskId);
  if (path != "/api/claude/tasks" && !id) return false;
  if (!require_authorization(exchange)) return true;
  if (id) {
    serve_task(exchange, *id);
  } else {
    serve_task_list(exchange);
  }
  return true;
}

bool serve_delete(Exchange& exchange) {
  const auto id = id_between(exchange.target.routed, "/api/claude/tasks/", "", kTaskId);
  if (!id) return false;
  if (!require_authorization(exchange)) return true;
  if (!exchange.server.tasks.find(*id)) {
    exchange.reply.error(404, "Task not found");
    return true;
  }
  exchange.server.tmux.kill_session(session_name(*id));
  exchange.server.tasks.set_status(*id, "killed");
  exchange.reply.json(200, {{"task_id", *id}, {"status", "killed"}});
  return true;
}

std::string current_status(Server& server, const json::object& record) {
  const std::string status = string_member(record, "status");
  if (status != "running") return status;
  const std::string id = string_member(record, "task_id");
  if (server.tmux.has_session(session_name(id))) return status;
  server.tasks.set_status(id, "completed");
  return "completed";
}

}  // namespace taskgate::standin
