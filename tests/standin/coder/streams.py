"""Server-sent events. They say `Connection: keep-alive`, at which the library really keeps the socket and serves the
request behind them.

Nothing is read meanwhile: a client that leaves is noticed by a write that fails."""

import json
import queue
import re
import time
import urllib.parse

from tasks import current_status

STREAM = re.compile(r"/api/claude/tasks/([a-zA-Z0-9_-]+)/stream")


def frame(name, data):
    return f"event: {name}\ndata: {data}\n\n".encode()


class EventBus:
    def __init__(self):
        self.listeners = []

    def publish(self, name, value):
        for listener in list(self.listeners):
            listener.put(frame(name, json.dumps(value)))


def begin(http):
    http.begin(200, [("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no"),
                     ("Connection", "keep-alive")])


def stream_events(http):
    listener = queue.SimpleQueue()
    http.server.events.listeners.append(listener)
    try:
        begin(http)
        http.send(frame("ready", "{}"))
        pass_on_events(http, listener)
    finally:
        http.server.events.listeners.remove(listener)
    http.send(frame("end", "timeout"))


def pass_on_events(http, listener):
    options = http.server.options
    end = time.monotonic() + options.stream_max
    heartbeat = time.monotonic() + options.heartbeat
    while (now := time.monotonic()) < end:
        if now >= heartbeat:
            http.send(b": heartbeat\n\n")
            heartbeat = now + options.heartbeat
        try:
            http.send(listener.get(timeout=min(end, heartbeat) - now))
        except queue.Empty:
            pass


def stream_task(http, task_id):
    server = http.server
    task = server.tasks.find(task_id)
    if not task:
        http.error(404, "Task not found")
        return
    begin(http)
    live_only = urllib.parse.parse_qs(http.query).get("from") == ["live"]
    shown = server.tmux.screen(task["tmux_session"]) if live_only else ""
    over = None
    while over is None or time.monotonic() < over:
        screen = server.tmux.screen(task["tmux_session"])
        if screen and screen != shown:
            http.send(frame("output", json.dumps({"output": screen})))
        shown = screen
        if over is None and current_status(server, server.tasks.find(task_id)) != "running":
            over = time.monotonic() + server.options.stream_grace
        time.sleep(server.options.stream_poll)
    http.send(frame("end", current_status(server, server.tasks.find(task_id))))


def serve(http):
    """True when the path was a stream's."""
    task = STREAM.fullmatch(http.read)
    if http.read != "/api/events" and not task:
        return False
    if http.is_authorized():
        if task:
            stream_task(http, task[1])
        else:
            stream_events(http)
    return True
