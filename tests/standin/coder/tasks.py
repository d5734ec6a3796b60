"""Tasks: their records, in memory and as <state>/<id>/task.json, and their tmux sessions."""

import json
import os
import shlex
import subprocess
import threading
import time


def session_name(task_id):
    return f"kube-coder-{task_id}"


class TaskStore:
    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.records = {}
        os.makedirs(folder, exist_ok=True)

    def save(self, task):
        os.makedirs(os.path.join(self.folder, task["task_id"]))
        with self.lock:
            self.records[task["task_id"]] = dict(task)
            self.write(task)

    def find(self, task_id):
        with self.lock:
            return dict(self.records[task_id]) if task_id in self.records else None

    def all(self):
        with self.lock:
            return [dict(self.records[task_id]) for task_id in sorted(self.records)]

    def set_status(self, task_id, status):
        with self.lock:
            self.records[task_id]["status"] = status
            self.write(self.records[task_id])

    def write(self, task):
        with open(os.path.join(self.folder, task["task_id"], "task.json"), "w") as file:
            json.dump(task, file)


class Tmux:
    """tmux by its command line, a subprocess a question, as upstream."""

    def __init__(self, socket, home):
        self.command = ["tmux", "-S", socket, "-f", "/dev/null"] if socket else ["tmux"]
        # A session that runs the stand-in must not lend it its own server, and the login shells in sessions must not run
        # the profile of whoever runs it.
        self.environment = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
        self.environment["HOME"] = home
        self.changed = threading.Condition()
        self.running = 0
        self.ended = False

    def __call__(self, *arguments):
        """What it prints; None when it fails."""
        with self.changed:
            if self.ended:
                return None
            self.running += 1
        try:
            done = subprocess.run([*self.command, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError:
            return None
        finally:
            with self.changed:
                self.running -= 1
                self.changed.notify_all()
        return done.stdout.decode(errors="replace") if done.returncode == 0 else None

    def end(self):
        """Starts nothing more, and waits for what runs, unless its server is stopped: it would start a server that nobody
        ends, since whoever ends the stand-in ends its tmux server then."""
        with self.changed:
            self.ended = True
            self.changed.wait_for(lambda: self.running == 0, timeout=2)

    def count(self):
        """The sessions of tasks. Any failure counts as none: the upstream fails open."""
        listed = self("list-sessions", "-F", "#{session_name}") or ""
        return sum(name.startswith("kube-coder-") for name in listed.splitlines())

    def has_session(self, name):
        return self("has-session", "-t", f"={name}") is not None

    def screen(self, name):
        return self("capture-pane", "-p", "-t", f"={name}:") or ""


def start_session(server, record):
    """Count, compare, then create, with nothing that keeps another from doing the same in between. Gives the task's
    record, or None at capacity."""
    options = server.options
    if options.cap is not None and server.tmux.count() >= options.cap:
        return None
    time.sleep(options.create_delay)
    task_id = f"{int(time.time())}-{os.urandom(4).hex()}"
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    task = {"task_id": task_id, "status": "running", "created_at": created, **record,
            "tmux_session": session_name(task_id)}
    server.counters.add("creates_executed")
    if not options.count_only:
        make_session(server, task)
    time.sleep(options.answer_delay)
    return task


def make_session(server, task):
    server.tasks.save(task)
    command = server.options.session_command
    # A folder that does not exist ends the session at once, and the answer is "running" all the same.
    if task["workdir"] != "/home/dev":
        command = f"cd {shlex.quote(task['workdir'])} && {command}"
    name = task["tmux_session"]
    made = server.tmux("new-session", "-d", "-s", name, "-x", "220", "-y", "50", "bash", "-lc", command)
    if made is None:
        task["status"] = "error"
        server.tasks.set_status(task["task_id"], "error")
    server.events.publish("task.created", {"task_id": task["task_id"]})


def current_status(server, task):
    """A task's status by its session."""
    if task["status"] == "running" and not server.tmux.has_session(task["tmux_session"]):
        server.tasks.set_status(task["task_id"], "completed")
        return "completed"
    return task["status"]
