#include "standin/session.h"

#include <thread>

#include "standin/python_json.h"

namespace taskgate::standin {
namespace {

// A folder that does not exist ends the session at once, and the answer is "running" all the same.
std::string session_command(const Options& options, const std::string& workdir) {
  if (workdir == "/home/dev") return options.session_command;
  return "cd " + shell_quoted(workdir) + " && " + options.session_command;
}

void make_session(Server& server, boost::json::object& task) {
  const std::string id = string_member(task, "task_id");
  const std::string session = string_member(task, "tmux_session");
  server.tasks.save(task);
  const std::string command = session_command(server.options, string_member(task, "workdir"));
  if (!server.tmux.new_session(session, command)) {
    task["status"] = "error";
    server.tasks.set_status(id, "error");
  }
  if (server.options.pipe_pane) server.tmux.pipe_output(session, server.tasks.log_file(id));
  server.events.publish(event_frame("task.created", python_json({{"task_id", id}})));
}

}  // namespace

std::optional<boost::json::object> start_session(Server& server, boost::json::object record) {
  const Options& options = server.options;
  if (options.cap && server.tmux.count_tasks() >= *options.cap) return std::nullopt;
  std::this_thread::sleep_for(options.create_delay);

  const std::string id = new_task_id();
  boost::json::object task = {{"task_id", id}, {"status", "running"}, {"created_at", timestamp()}};
  for (const auto& [name, value] : record) task[name] = value;
  task["tmux_session"] = session_name(id);
  ++server.counters.creates_executed;
  if (!options.count_only) make_session(server, task);
  std::this_thread::sleep_for(options.answer_delay);
  return task;
}

void refuse_at_capacity(Exchange& exchange, const boost::json::object& more) {
  const std::string live = std::to_string(exchange.server.tmux.count_tasks());
  const std::string cap = std::to_string(exchange.server.options.cap.value_or(0));
  boost::json::object answer = {
      {"error", "concurrent task limit reached (" + live + "/" + cap +
                    "); wait for a task to finish or raise KC_MAX_TASKS"}};
  for (const auto& [name, value] : more) answer[name] = value;
  exchange.reply.json(429, answer);
}

}  // namespace taskgate::standin
