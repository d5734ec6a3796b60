"""The routes that start a tmux session. Read-only mode was dealt with; then come authorization, the body, the capacity."""

import json
import re
import threading
import time

from tasks import start_session

JSON_LIMIT = 1_048_576
HOME = "/home/dev"
NOT_FOUND = "Not found or unauthorized"
WEBHOOKS = ("hook1", "hook2")
DESKTOP = {"t1": "task", "u1": "url", "s1": "shell"}
ECHOED = ("prompt", "assistant", "model", "effort", "source", "project_id", "response_url", "response_secret",
          "parent_task_id", "auto_approve", "disable_memory_injection")


class ReplayCache:
    """Webhook deliveries seen in the last five minutes. The upstream writes it before it checks its capacity: a delivery
    that it refuses with 429 is answered 409 when it is tried again."""

    KEPT = 300

    def __init__(self):
        self.lock = threading.Lock()
        self.seen = {}

    def remember(self, delivery):
        """False when it was seen before."""
        now = time.monotonic()
        with self.lock:
            self.seen = {key: at for key, at in self.seen.items() if now - at <= self.KEPT}
            return self.seen.setdefault(delivery, now) is now


def parsed(content):
    """json.loads(), but what cannot be read is a ValueError, however it fails."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError from error


def object_or_empty(content):
    try:
        value = parsed(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def note_marker(http, body):
    """A create's marker, so that a test can tell how often it came: the X-Marker field, or a body's member."""
    marker = http.headers.get("X-Marker") or body.get("marker")
    if isinstance(marker, str):
        http.server.counters.markers.append(marker)


def json_body(http):
    """The body of a route that wants JSON and does not look at it; None, and answered, when it cannot be had."""
    try:
        content = http.body(JSON_LIMIT)
    except (ValueError, OverflowError):
        http.error(400, "Invalid JSON body")
        return None
    note_marker(http, object_or_empty(content))
    return content


def start(http, record, **more):
    """A session, or None, and answered: at capacity, or since the stand-in was told to fail."""
    told = http.server.options.fail_creates
    if told is not None:
        if told:
            http.error(told, "the stand-in was told to fail")
        return None
    task = start_session(http.server, record)
    if task is None:
        live, cap = http.server.tmux.count(), http.server.options.cap
        text = f"concurrent task limit reached ({live}/{cap}); wait for a task to finish or raise KC_MAX_TASKS"
        http.json(429, {"error": text, **more})
    return task


def workdir(http, body):
    """The upstream does not expect anything but a string: None, and answered, then."""
    value = body.get("workdir") or HOME
    if isinstance(value, str):
        return value
    http.error(500, "Internal error")
    return None


def create_claude(http):
    http.server.counters.add("creates_received")
    if not http.is_authorized():
        return
    try:
        body = parsed(http.body(JSON_LIMIT) or b"{}")
    except (ValueError, OverflowError):
        http.error(400, "Invalid JSON body")
        return
    if not isinstance(body, dict):
        http.error(500, "Internal error")
        return
    note_marker(http, body)
    folder = workdir(http, body)
    task = folder and start(http, {"kind": "claude", "workdir": folder, **{name: body.get(name) for name in ECHOED}})
    if task:
        http.json(201, task)


def create_terminal(http):
    """Whatever is wrong with the body, a terminal is made."""
    http.server.counters.add("creates_received")
    if not http.is_authorized():
        return
    try:
        body = object_or_empty(http.body(JSON_LIMIT))
    except (ValueError, OverflowError):
        body = {}
    note_marker(http, body)
    folder = workdir(http, body)
    task = folder and start(http, {"kind": "terminal", "prompt": "Terminal session", "workdir": folder})
    if task:
        http.json(201, {**task, "session_id": task["task_id"]})


def create_for(http, tmux_failure, **name):
    """What webhooks and crons have in common behind their checks."""
    task = start(http, {"kind": "claude", "workdir": HOME, "source": next(iter(name))}, **name)
    if task and task["status"] == "error" and tmux_failure >= 400:
        http.json(tmux_failure, {"error": "could not start the task", **name})
    elif task:
        http.json(202, {"task_id": task["task_id"], **name, "status": task["status"]})


def create_by_webhook(http, webhook):
    http.server.counters.add("creates_received")
    if webhook not in WEBHOOKS:
        http.error(404, NOT_FOUND)
        return
    try:
        content = http.body(JSON_LIMIT)
    except OverflowError:
        http.error(413, "Payload too large")
        return
    except ValueError:
        http.error(400, "Invalid body")
        return
    note_marker(http, object_or_empty(content))
    # The delivery is remembered before the capacity is looked at.
    if http.server.deliveries.remember((webhook, content)):
        create_for(http, 502, webhook_id=webhook)
    else:
        http.json(409, {"error": "duplicate delivery", "webhook_id": webhook})


def create_by_webhook_test(http, webhook):
    http.server.counters.add("creates_received")
    if not http.is_authorized():
        return
    if webhook not in WEBHOOKS:
        http.error(404, NOT_FOUND)
    elif json_body(http) is not None:
        create_for(http, 502, webhook_id=webhook)


def create_by_cron(http, cron):
    """The body is not even read."""
    http.server.counters.add("creates_received")
    if cron not in ("nightly", "paused") or not http.has_bearer("nightly-token"):
        http.error(404, NOT_FOUND)
    elif cron == "paused":
        http.json(409, {"error": "suspended", "cron_id": cron})
    else:
        note_marker(http, {})
        create_for(http, 202, cron_id=cron)


def launch(http, item):
    """Only an item of kind task makes a session."""
    kind = DESKTOP.get(item)
    if kind == "task":
        http.server.counters.add("creates_received")
    if not http.is_authorized():
        return
    if kind is None:
        http.error(404, "Not found")
    elif kind == "url":
        http.json(200, {"kind": "url", "url": "https://example.com/"})
    elif kind == "shell":
        http.json(200, {"kind": "shell", "exit_code": 0, "output": "done\n"})
    else:
        launch_task(http)


def launch_task(http):
    note_marker(http, {})
    task = start(http, {"kind": "claude", "workdir": HOME})
    if task and task["status"] == "error":
        http.error(500, "could not start the task")
    elif task:
        http.json(201, {"kind": "task", "task_id": task["task_id"]})


def make_tasks_of_board(server, count):
    for _ in range(count):
        time.sleep(server.options.board_time / count)
        start_session(server, {"kind": "claude", "workdir": HOME, "source": "board"})


def run_board(http, board):
    """The answer comes first, and then a thread of the server makes the tasks, each as the other creates do. Their number
    is within the server's own bound, and the board `empty` has nothing to do."""
    server = http.server
    server.counters.add("creates_received")
    if not http.is_authorized():
        return
    content = json_body(http)
    if content is None:
        return
    if server.options.cap is not None and server.tmux.count() >= server.options.cap:
        http.error(400, "cannot start: the workspace is at its task limit")
        return
    asked = object_or_empty(content).get("concurrency")
    count = max(1, min(asked, 8)) if type(asked) is int else 3
    count = 0 if board == "empty" else count
    if server.options.count_only:
        server.counters.add("creates_executed")
    http.json(201, {"run_id": "r1", "board": board, "concurrency": count})
    if not server.options.count_only:
        threading.Thread(target=make_tasks_of_board, args=(server, count), daemon=True).start()


def run_cron(http, cron):
    """The cluster's job, which would call create_by_cron, is not there: no create, and it comes by another door."""
    if not http.is_authorized():
        return
    if cron == "nightly":
        note_marker(http, {})
        http.json(200, {"ok": True, "job": "cron-nightly"})
    else:
        http.error(404, NOT_FOUND)


# Visible ASCII, but neither of / ? #.
ANY = r"([!\"$-.0->@-~]+)"
ROUTES = [(re.compile(pattern), serve) for pattern, serve in (
    (r"/api/claude/tasks", create_claude),
    (r"/api/claude/tasks/terminal", create_terminal),
    (r"/api/webhooks/([a-zA-Z0-9_-]+)", create_by_webhook),
    (r"/api/webhooks/([a-zA-Z0-9_-]+)/test", create_by_webhook_test),
    (r"/api/triggers/cron-fire/([a-z0-9-]+)", create_by_cron),
    (r"/api/desktop/([a-z0-9]+)/launch", launch),
    (f"/api/boards/{ANY}/runs", run_board),
    (f"/api/crons/{ANY}/run", run_cron),
)]


def serve(http):
    """True when the path was one of these."""
    for pattern, create in ROUTES:
        if found := pattern.fullmatch(http.routed):
            create(http, *found.groups())
            return True
    return False
