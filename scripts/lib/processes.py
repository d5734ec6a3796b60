"""Processes that a script or a test starts: each is ended by its pid, whatever happens."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Failure(Exception):
    """What was started does not do what it should."""


def end_on_terminate():
    """Makes SIGTERM unwind like Ctrl-C, so that what was started is ended."""

    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def binaries(*more):
    """The folder of the release build. BIN=FOLDER takes another, which nobody builds then. `more`: targets beyond
    those that all scripts need."""
    given = os.environ.get("BIN")
    if given:
        return Path(given)
    subprocess.run(["./dev", "build", "release", "taskgate", "standin", "storm", *more], cwd=ROOT, check=True)
    return ROOT / "build"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, condition, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise Failure(f"{what}: not within {seconds:.0f} s")


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def get_json(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return json.load(answer)


def is_running(pid):
    try:
        # The state follows the name, which may hold anything but ends at the last parenthesis.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def family(pid):
    """The process and its children: nginx works in a child."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [int(child) for child in children]


def cpu_seconds(pids):
    """User and system time of the processes' threads, by the scheduler's own clock: /proc/PID/stat counts in ticks
    of 10 ms, too coarse for short runs. What ended threads had used is not in it."""
    total = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def memory_kib(pid, field="VmRSS"):
    return int(re.search(rf"^{field}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)[1])


class Tmux:
    """A tmux server of our own, on a socket of our own."""

    def __init__(self, path):
        self.path = str(path)

    def run(self, *command):
        environment = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_TMPDIR")}
        return subprocess.run(
            ["tmux", "-S", self.path, "-f", "/dev/null", *command],
            env=environment, capture_output=True, text=True, check=False)

    def sessions(self):
        names = self.run("list-sessions", "-F", "#{session_name}").stdout.split()
        return [name for name in names if name.startswith("kube-coder-")]

    def fill(self, count):
        """Makes sessions until there are so many."""
        for number in range(len(self.sessions()), count):
            self.run("new-session", "-d", "-s", f"kube-coder-{number:08x}", "exec sleep 86400")
        if len(self.sessions()) != count:
            raise Failure(f"tmux has {len(self.sessions())} sessions, not {count}")

    def pid(self):
        text = self.run("display-message", "-p", "#{pid}").stdout.strip()
        return int(text) if text else None

    def kill_sessions(self):
        """Ends each session and leaves the server without any."""
        command = ["set-option", "-s", "exit-empty", "off"]
        for name in self.sessions():
            command += [";", "kill-session", "-t", f"={name}"]
        self.run(*command)

    def kill_server(self):
        pid = self.pid()
        self.run("kill-server")
        if pid:
            wait_until("the end of the tmux server", lambda: not is_running(pid))


class World(contextlib.ExitStack):
    """A temporary folder and what runs in it; all gone at the end."""

    def __init__(self, binary_folder):
        super().__init__()
        self.binaries = binary_folder
        self.folder = Path(tempfile.mkdtemp(prefix="taskgate-"))
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def program(self, name):
        return str(self.binaries / name)

    def spawn(self, name, command):
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.callback(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def said(self, name, pattern):
        log = self.folder / f"{name}.log"
        return wait_until(f"'{pattern}' from {name}", lambda: re.search(pattern, log.read_text()))

    def listening(self, name, command, port):
        """Starts a server, and waits until it listens."""
        process = self.spawn(name, command)
        wait_until(f"{name} to listen", lambda: accepts(port))
        return process

    def filled(self, template, values):
        """Writes a configuration with its @NAMES@ filled in; returns its path."""
        # nginx's worker gives up root's rights, and could not read the temporary folder then.
        values = {"DIR": str(self.folder), "USER": "user root;" if os.geteuid() == 0 else "", **values}
        text = template.read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = self.folder / f"{len(list(self.folder.iterdir()))}-{template.name}"
        path.write_text(text)
        return str(path)

    def tmux(self, name):
        tmux = Tmux(self.folder / f"{name}.tmux")
        self.callback(tmux.kill_server)
        return tmux

    def standin(self, name, tmux, *flags):
        """Starts a stand-in upstream; returns its port."""
        self.spawn(name, [self.program("tests/standin/coder_standin"), "--port", "0", "--no-cap", "--tmux-socket",
                          tmux.path, "--state", str(self.folder / f"{name}.state"), *flags])
        return int(self.said(name, r"127\.0\.0\.1:(\d+)")[1])

    def gate(self, name, upstream, tmux, *flags):
        """Starts a gate; returns its process, its port and its admin port."""
        process = self.spawn(name, self.gate_command("127.0.0.1:0", "127.0.0.1:0", upstream, tmux, *flags))
        found = self.said(name, r'"event":"listening","address":"[^"]*:(\d+)","admin":"[^"]*:(\d+)"')
        return process, int(found[1]), int(found[2])

    def gate_command(self, listen, admin, upstream, tmux, *flags):
        limit = [] if "--limit" in flags else ["--limit", "12"]
        return [self.program("taskgate"), "run", "--listen", listen, "--admin", admin, "--upstream",
                f"127.0.0.1:{upstream}", "--tmux-socket", tmux.path, *limit, "--log-access", "none", *flags]

    def storm(self, port, *flags):
        result = subprocess.run(
            [self.program("tests/standin/storm"), "--target", f"127.0.0.1:{port}", *flags],
            stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(result.stdout)
