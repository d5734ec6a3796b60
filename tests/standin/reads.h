// Health, metrics, the list of tasks, desktop items: what is not a create, a stream, a file or an
// app.
#pragma once

#include "standin/server.h"

namespace taskgate::standin {

// /livez, /health and /metrics, compared exactly with the target after /bearer-api/, and
// /standin/stats.
bool serve_health(Exchange& exchange);

// GET below /api/. True when it was one of ours.
bool serve_read(Exchange& exchange);

// DELETE /api/claude/tasks/<id>: the session is gone before the answer is sent.
bool serve_delete(Exchange& exchange);

// A task's status by its session.
std::string current_status(Server& server, const boost::json::object& record);

inline constexpr std::string_view kTaskId =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

}  // namespace taskgate::standin
