"""Health, metrics, tasks, desktop items: what is not a create, a stream, a file or an app. Each gives whether the path was
one of its own."""

import json
import re

from creates import DESKTOP
from tasks import current_status

TASK = re.compile(r"/api/claude/tasks/([a-zA-Z0-9_-]+)")
ITEM = re.compile(r"/api/desktop/([a-z0-9]+)")


def serve_health(http):
    """Compared exactly with the target after /bearer-api/."""
    if http.raw in ("/livez", "/health"):
        http.json(200, {"status": "ok"})
    elif http.raw == "/metrics":
        if http.is_authorized():
            http.json(200, {"tasks": http.server.tmux.count()})
    elif http.raw == "/metrics/prometheus":
        if http.is_authorized():
            serve_prometheus(http)
    elif http.raw == "/standin/stats":
        serve_stats(http)
    else:
        return False
    return True


def serve_prometheus(http):
    text = ("# HELP kubecoder_tasks Tasks by the status in their record, which lags behind tmux.\n"
            "# TYPE kubecoder_tasks gauge\n"
            f'kubecoder_tasks{{status="running"}} {http.server.tmux.count()}\n')
    http.measured(200, "text/plain; version=0.0.4; charset=utf-8", text.encode())


def serve_stats(http):
    """The tests' own route, not the upstream's: neither it nor its connection is counted."""
    counters = http.server.counters
    counters.add("requests", -1)
    counters.add("connections", -1)
    http.measured(200, "application/json", json.dumps(counters.taken()).encode())


def serve(http):
    # The item's kind is open to anybody, also in oauth2 mode.
    if item := ITEM.fullmatch(http.read):
        serve_item(http, item[1])
        return True
    task = TASK.fullmatch(http.read)
    if http.read != "/api/claude/tasks" and not task:
        return False
    if http.is_authorized():
        if task:
            serve_task(http, task[1])
        else:
            http.json(200, {"tasks": [with_status(http.server, task) for task in http.server.tasks.all()]})
    return True


def serve_item(http, item):
    if item in DESKTOP:
        http.json(200, {"id": item, "name": item, "action": {"type": DESKTOP[item]}})
    else:
        http.error(404, "Not found")


def serve_task(http, task_id):
    task = http.server.tasks.find(task_id)
    if task:
        http.json(200, with_status(http.server, task))
    else:
        http.error(404, "Task not found")


def with_status(server, task):
    return {**task, "status": current_status(server, task)}


def serve_delete(http):
    """The session is gone before the answer is sent."""
    found = TASK.fullmatch(http.routed)
    if not found:
        return False
    if not http.is_authorized():
        return True
    task = http.server.tasks.find(found[1])
    if task:
        http.server.tmux("kill-session", "-t", f"={task['tmux_session']}")
        http.server.tasks.set_status(found[1], "killed")
        http.json(200, {"task_id": found[1], "status": "killed"})
    else:
        http.error(404, "Task not found")
    return True
