"""A gate, the stand-in upstream and a tmux server of their own; a context manager that ends them by pid."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from webdriver import PATIENCE, Failure, eventually

CREATE = "/api/claude/tasks/terminal"


def clean_environment(**more):
    """This process's environment without what the gate, tmux or the upstream would take for theirs."""
    foreign = re.compile(r"TASKGATE_.*|TMUX.*|KC_MAX_TASKS|AUTH_MODE|READONLY_MODE")
    return {name: value for name, value in os.environ.items() if not foreign.fullmatch(name)} | more


class Program:
    """A program that is running; its standard output is a file."""

    def __init__(self, argv, output, **environment):
        self.output = Path(output)
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                argv, stdout=out, stderr=subprocess.STDOUT, env=clean_environment(**environment)
            )

    def wait_for(self, pattern):
        def said():
            found = re.search(pattern, self.output.read_text())
            if not found and self.process.poll() is not None:
                raise Failure(f"{self.process.args[0]} ended:\n{self.output.read_text()}")
            return found

        return eventually(f"{self.process.args[0]} says {pattern}", said)

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)


class Tmux:
    """A server on a socket in a folder of its own."""

    def __init__(self, folder):
        self.socket = Path(folder) / "tmux" / "default"
        self.socket.parent.mkdir()
        self.home = str(folder)
        self.pid = None

    def run(self, *words):
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), "-f", "/dev/null", *words],
            env=clean_environment(HOME=self.home),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout if done.returncode == 0 else None

    def start(self):
        self.run("start-server", ";", "set-option", "-s", "exit-empty", "off")
        self.pid = int(self.run("display-message", "-p", "#{pid}"))

    def new(self, *names):
        for name in names:
            if self.run("new-session", "-d", "-s", name, "exec sleep 86400") is None:
                raise Failure(f"tmux takes no session {name!r}")

    def kill(self, name):
        self.run("kill-session", "-t", f"={name}")

    def stop(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def end(self):
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                self.resume()
                os.kill(self.pid, signal.SIGKILL)


class World:
    """`build` is the folder of the binaries; `settings` go to the gate, as variables without TASKGATE_."""

    def __init__(self, build, upstream_socket=None, **settings):
        self.build = Path(build)
        self.upstream_socket = upstream_socket
        self.settings = settings
        self.programs = []

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="taskgate-world-"))
        self.tmux = Tmux(self.folder)
        self.tmux.start()
        self.config = self.folder / "config.yaml"
        self.config.write_text("{}\n")
        try:
            self.start_upstream()
            self.start_gate()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for program in self.programs:
            program.end()
        self.tmux.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def program(self, name, argv, **environment):
        program = Program(argv, self.folder / f"{name}.log", **environment)
        self.programs.append(program)
        return program

    def start_upstream(self):
        (self.folder / "files").mkdir()
        self.upstream = self.program(
            "upstream",
            [self.build / "tests/standin/coder_standin", "--port", "0"]
            + ["--tmux-socket", str(self.upstream_socket or self.tmux.socket)]
            + ["--state", str(self.folder / "state"), "--files", str(self.folder / "files")],
        )
        self.upstream_port = int(self.upstream.wait_for(r"listening on .*:(\d+)")[1])

    def start_gate(self, admin_port=0):
        settings = {
            "TASKGATE_LISTEN": "127.0.0.1:0",
            "TASKGATE_ADMIN": f"127.0.0.1:{admin_port}",
            "TASKGATE_UPSTREAM": f"127.0.0.1:{self.upstream_port}",
            "TASKGATE_TMUX_SOCKET": str(self.tmux.socket),
        } | {f"TASKGATE_{name}": value for name, value in self.settings.items()}
        argv = [self.build / "taskgate", "run", "--config", str(self.config)]
        self.gate = self.program("gate", argv, **settings)
        line = json.loads(self.gate.wait_for(r'.*"event":"listening".*')[0])
        self.port = int(line["address"].rsplit(":", 1)[1])
        self.admin_port = int(line["admin"].rsplit(":", 1)[1])

    @property
    def page(self):
        return f"http://127.0.0.1:{self.admin_port}/"

    def create(self, path=CREATE, body=b"{}"):
        """The status of the answer."""
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body), timeout=PATIENCE) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code

    def status(self):
        with urllib.request.urlopen(f"{self.page}status", timeout=PATIENCE) as answer:
            return json.load(answer)
