"""A stand-in with a tmux server of its own, and the requests that its tests send."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "scripts" / "lib"), str(Path(__file__).parent / "coder")]

import options  # noqa: E402
from processes import Tmux, wait_until  # noqa: E402
from server import Server  # noqa: E402

PROGRAM = sys.argv.pop(1) if sys.argv[1:] else ""
PATIENCE = 20
TERMINAL = "/api/claude/tasks/terminal"
CLAUDE = "/api/claude/tasks"


class Answer:
    def __init__(self, content, method="GET"):
        head, _, self.body = content.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        self.version, status, self.reason = line.split(" ", 2)
        self.status = int(status)
        self.fields = [tuple(field.split(": ", 1)) for field in lines]
        if self["Content-Length"] is not None and method != "HEAD" and self.status != 431:
            assert len(self.body) == int(self["Content-Length"]), "the body is not as long as it says"

    def __getitem__(self, name):
        return next((value for found, value in self.fields if found.lower() == name.lower()), None)

    def json(self):
        return json.loads(self.body)


def message(method, target, body=b"", fields=()):
    fields = dict(fields)
    if body or method == "POST":
        fields.setdefault("Content-Length", len(body))
    lines = [f"{method} {target} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in fields.items())]
    return "".join(line + "\r\n" for line in lines).encode("latin-1") + b"\r\n" + body


class Client:
    """A connection, byte by byte."""

    def __init__(self, port, content=b"", timeout=PATIENCE):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.received = b""
        self.send(content)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, content):
        self.socket.sendall(content)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def until(self, text):
        """What came up to the end of the text; what came behind stays."""
        while text not in self.received:
            step = self.socket.recv(65536)
            assert step, f"closed before {text}, behind {self.received[-200:]}"
            self.received += step
        end = self.received.index(text) + len(text)
        taken, self.received = self.received[:end], self.received[end:]
        return taken

    def rest(self):
        """All that comes to the end of the connection, by a reset too."""
        with contextlib.suppress(ConnectionResetError):
            while step := self.socket.recv(65536):
                self.received += step
        return self.received


class World(contextlib.ExitStack):
    """In this process, where a start costs nothing."""

    def __init__(self, *flags, tmux_socket=None):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="standin-"))
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.files = self.folder / "files"
        self.files.mkdir()
        self.tmux = Tmux(self.folder / "tmux")
        self.callback(self.tmux.run, "kill-server")
        self.flags = ["--tmux-socket", str(tmux_socket or self.tmux.path), "--state", str(self.folder / "state"),
                      "--files", str(self.files), *flags]
        self.start()

    def start(self):
        self.server = Server(options.parse(self.flags))
        self.callback(self.server.server_close)
        self.callback(self.server.shutdown)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def ask(self, method, target, body=b"", fields=()):
        return Answer(self.raw(message(method, target, body, fields)), method)

    def raw(self, content, half_close=False):
        with Client(self.port, content) as client:
            if half_close:
                client.half_close()
            return client.rest()

    def stats(self):
        return self.ask("GET", "/standin/stats").json()

    def when_idle(self):
        """Once it is done with every connection: what it has not done by then it will not do."""
        wait_until("the stand-in has closed all connections", lambda: self.stats()["open"] == 0, PATIENCE)
        return self.stats()


class Process(World):
    """The program itself."""

    def start(self):
        self.process = subprocess.Popen([PROGRAM, *self.flags], stdout=subprocess.PIPE, text=True)
        self.callback(self.end)
        self.port = int(self.process.stdout.readline().rpartition(":")[2])

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.communicate()


if os.environ.get("STANDIN_AS_PROGRAM"):
    World.start, World.end = Process.start, Process.end


class Case(unittest.TestCase):
    def world(self, *flags, **more):
        return self.enterContext(World(*flags, **more))

    def rows(self, table):
        for row in table:
            with self.subTest(row=row):
                yield row
