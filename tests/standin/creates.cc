#include "standin/creates.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <thread>

#include "standin/auth.h"
#include "standin/body.h"
#include "standin/python_json.h"
#include "standin/session.h"
#include "standin/text.h"

namespace taskgate::standin {
namespace {

namespace json = boost::json;

constexpr std::string_view kWebhookId =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr std::string_view kCronId = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view kAnyId =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"$%&'()*+,-.:;<=>@[\\]^_`{|}~";
constexpr const char* kNotFound = "Not found or unauthorized";
constexpr const char* kHome = "/home/dev";

// A create's marker, so that a test can tell how often it came: the X-Marker field, or a body
// member of that name.
void record_marker(Exchange& exchange, const json::object& body) {
  std::string marker = exchange.request.field_or_empty("X-Marker");
  if (marker.empty()) marker = string_member(body, "marker");
  if (!marker.empty()) exchange.server.counters.add_marker(marker);
}

json::object object_or_empty(const std::string& bytes) {
  const auto parsed = parse_json(bytes);
  return parsed && parsed->is_object() ? parsed->get_object() : json::object();
}

// The workdir, the default without one; nothing when it is not a string, which the upstream does
// not expect.
std::optional<std::string> workdir_of(const json::object& body) {
  const json::value* value = body.if_contains("workdir");
  if (value == nullptr || value->is_null()) return kHome;
  if (!value->is_string()) return std::nullopt;
  return value->get_string().empty() ? kHome : std::string(value->get_string());
}

bool is_forced_to_fail(Exchange& exchange) {
  const auto status = exchange.server.options.fail_creates;
  if (status && *status != 0) exchange.reply.error(*status, "the stand-in was told to fail");
  return status.has_value();
}

// Row 1.
void create_claude(Exchange& exchange) {
  if (!require_authorization(exchange)) return;
  const Body body = read_body(exchange.stream, exchange.request, kJsonLimit);
  if (body.problem != Body::Problem::none) return exchange.reply.error(400, "Invalid JSON body");
  const auto parsed = parse_json(body.bytes.empty() ? "{}" : body.bytes);
  if (!parsed) return exchange.reply.error(400, "Invalid JSON body");
  if (!parsed->is_object()) return exchange.reply.error(500, "Internal error");
  record_marker(exchange, parsed->get_object());
  const auto workdir = workdir_of(parsed->get_object());
  if (!workdir) return exchange.reply.error(500, "Internal error");
  if (is_forced_to_fail(exchange)) return;

  json::object record = {{"kind", "claude"}, {"workdir", *workdir}};
  constexpr std::array kEchoed = {"prompt",
                                  "assistant",
                                  "model",
                                  "effort",
                                  "source",
                                  "project_id",
                                  "response_url",
                                  "response_secret",
                                  "parent_task_id",
                                  "auto_approve",
                                  "disable_memory_injection"};
  for (const char* name : kEchoed) {
    const json::value* value = parsed->get_object().if_contains(name);
    record[name] = value == nullptr ? json::value(nullptr) : *value;
  }
  const auto made = start_session(exchange.server, record);
  if (!made) return refuse_at_capacity(exchange);
  exchange.reply.json(201, *made);
}

// Row 2: whatever is wrong with the body, a terminal is made.
void create_terminal(Exchange& exchange) {
  if (!require_authorization(exchange)) return;
  const Body body = read_body(exchange.stream, exchange.request, kJsonLimit);
  const json::object object = object_or_empty(body.bytes);
  record_marker(exchange, object);
  const auto workdir = workdir_of(object);
  if (!workdir) return exchange.reply.error(500, "Internal error");
  if (is_forced_to_fail(exchange)) return;
  const auto made =
      start_session(exchange.server,
                    {{"kind", "terminal"}, {"prompt", "Terminal session"}, {"workdir", *workdir}});
  if (!made) return refuse_at_capacity(exchange);
  json::object answer = *made;
  answer["session_id"] = answer["task_id"];
  exchange.reply.json(201, answer);
}

// What rows 3 to 5 have in common behind their checks.
void create_for(Exchange& exchange, const char* id_name, const std::string& id, int tmux_failure) {
  if (is_forced_to_fail(exchange)) return;
  const auto made =
      start_session(exchange.server, {{"kind", "claude"}, {"workdir", kHome}, {"source", id_name}});
  if (!made) return refuse_at_capacity(exchange, {{id_name, id}});
  const json::value& status = made->at("status");
  if (status == "error" && tmux_failure >= 400) {
    return exchange.reply.json(tmux_failure,
                               {{"error", "could not start the task"}, {id_name, id}});
  }
  exchange.reply.json(202, {{"task_id", made->at("task_id")}, {id_name, id}, {"status", status}});
}

// Row 3. The delivery is remembered before the capacity is looked at.
void create_by_webhook(Exchange& exchange, const std::string& id) {
  static const std::set<std::string> kWebhooks = {"hook1", "hook2"};
  if (!kWebhooks.contains(id)) return exchange.reply.error(404, kNotFound);
  const Body body = read_body(exchange.stream, exchange.request, kJsonLimit);
  if (body.problem == Body::Problem::size) return exchange.reply.error(413, "Payload too large");
  if (body.problem == Body::Problem::length) return exchange.reply.error(400, "Invalid body");
  record_marker(exchange, object_or_empty(body.bytes));
  if (!exchange.server.deliveries.remember(id, body.bytes)) {
    return exchange.reply.json(409, {{"error", "duplicate delivery"}, {"webhook_id", id}});
  }
  create_for(exchange, "webhook_id", id, 502);
}

// Row 4.
void create_by_webhook_test(Exchange& exchange, const std::string& id) {
  if (!require_authorization(exchange)) return;
  if (id != "hook1" && id != "hook2") return exchange.reply.error(404, kNotFound);
  const Body body = read_body(exchange.stream, exchange.request, kJsonLimit);
  if (body.problem != Body::Problem::none) return exchange.reply.error(400, "Invalid JSON body");
  record_marker(exchange, object_or_empty(body.bytes));
  create_for(exchange, "webhook_id", id, 502);
}

// Row 5. The body is not even read.
void create_by_cron(Exchange& exchange, const std::string& id) {
  const bool known = id == "nightly" || id == "paused";
  if (!known || !has_bearer(exchange.request, exchange.server.options.fire_token)) {
    return exchange.reply.error(404, kNotFound);
  }
  if (id == "paused") return exchange.reply.json(409, {{"error", "suspended"}, {"cron_id", id}});
  record_marker(exchange, {});
  create_for(exchange, "cron_id", id, 202);
}

void launch_task(Exchange& exchange) {
  record_marker(exchange, {});
  if (is_forced_to_fail(exchange)) return;
  const auto made = start_session(exchange.server, {{"kind", "claude"}, {"workdir", kHome}});
  if (!made) return refuse_at_capacity(exchange);
  if (made->at("status") == "error") return exchange.reply.error(500, "could not start the task");
  exchange.reply.json(201, {{"kind", "task"}, {"task_id", made->at("task_id")}});
}

// Row 6: only an item of kind task makes a session.
void launch(Exchange& exchange, const std::string& id) {
  if (!require_authorization(exchange)) return;
  const std::string kind = desktop_kind(id);
  if (kind.empty()) return exchange.reply.error(404, "Not found");
  if (kind == "task") return launch_task(exchange);
  if (kind == "url") {
    return exchange.reply.json(200, {{"kind", "url"}, {"url", "https://example.com/"}});
  }
  std::this_thread::sleep_for(exchange.server.options.shell_delay);
  exchange.reply.json(200, {{"kind", "shell"}, {"exit_code", 0}, {"output", "done\n"}});
}

// Row 7: the answer comes first, and then a thread of the server makes the tasks, each as the other
// creates do: count, compare, create.
void make_tasks_of_board(Server& server, int count) {
  const auto gap = server.options.board_time / std::max(count, 1);
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_for(gap);
    start_session(server, {{"kind", "claude"}, {"workdir", kHome}, {"source", "board"}});
  }
}

// `concurrency`, within the server's own bound; the board `empty` has nothing to do.
int tasks_of_board(const std::string& id, const json::object& body) {
  constexpr std::int64_t kCeiling = 8;
  const json::value* asked = body.if_contains("concurrency");
  if (id == "empty") return 0;
  if (asked == nullptr || !asked->is_int64()) return 3;
  return static_cast<int>(std::clamp<std::int64_t>(asked->get_int64(), 1, kCeiling));
}

void run_board(Exchange& exchange, const std::string& id) {
  if (!require_authorization(exchange)) return;
  const Body body = read_body(exchange.stream, exchange.request, kJsonLimit);
  if (body.problem != Body::Problem::none) return exchange.reply.error(400, "Invalid JSON body");
  record_marker(exchange, object_or_empty(body.bytes));
  Server& server = exchange.server;
  if (server.options.cap && server.tmux.count_tasks() >= *server.options.cap) {
    return exchange.reply.error(400, "cannot start: the workspace is at its task limit");
  }
  const int count = tasks_of_board(id, object_or_empty(body.bytes));
  exchange.reply.json(201, {{"run_id", "r1"}, {"board", id}, {"concurrency", count}});
  if (server.options.count_only) {
    ++server.counters.creates_executed;  // while whoever counts still waits for the answer's end
  } else {
    std::thread(make_tasks_of_board, std::ref(server), count).detach();
  }
}

// Row 9: the cluster's job, which calls row 5, is not there.
void run_cron(Exchange& exchange, const std::string& id) {
  if (!require_authorization(exchange)) return;
  if (id != "nightly") return exchange.reply.error(404, kNotFound);
  record_marker(exchange, {});
  exchange.reply.json(200, {{"ok", true}, {"job", "cron-nightly"}});
}

using ServeId = void (*)(Exchange&, const std::string& id);

struct IdRoute {
  std::string_view prefix;
  std::string_view suffix;
  std::string_view allowed;
  ServeId serve;
};

constexpr std::array kIdRoutes = {
    IdRoute{"/api/webhooks/", "", kWebhookId, create_by_webhook},
    IdRoute{"/api/webhooks/", "/test", kWebhookId, create_by_webhook_test},
    IdRoute{"/api/triggers/cron-fire/", "", kCronId, create_by_cron},
    IdRoute{"/api/desktop/", "/launch", kLowerAlnum, launch},
    IdRoute{"/api/boards/", "/runs", kAnyId, run_board},
    IdRoute{"/api/crons/", "/run", kAnyId, run_cron},
};

// A desktop launch of another kind is no create, and what comes by another door is one there.
bool counts_as_create(const IdRoute& route, const std::string& id) {
  if (route.serve == launch) return desktop_kind(id) == "task";
  return route.serve != run_cron;
}

}  // namespace

bool serve_create(Exchange& exchange) {
  Counters& counters = exchange.server.counters;
  const std::string& path = exchange.target.routed;
  if (path == "/api/claude/tasks" || path == "/api/claude/tasks/terminal") {
    ++counters.creates_received;
    const auto serve = path == "/api/claude/tasks" ? create_claude : create_terminal;
    serve(exchange);
    return true;
  }
  for (const IdRoute& route : kIdRoutes) {
    const auto id = id_between(path, route.prefix, route.suffix, route.allowed);
    if (!id) continue;
    if (counts_as_create(route, *id)) ++counters.creates_received;
    route.serve(exchange, *id);
    return true;
  }
  return false;
}

std::string desktop_kind(const std::string& id) {
  if (id == "t1") return "task";
  if (id == "u1") return "url";
  return id == "s1" ? "shell" : "";
}

}  // namespace taskgate::standin
