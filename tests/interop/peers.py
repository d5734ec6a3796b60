"""The clients and the upstreams: how each is started, and what it calls its version."""

import json
import queue
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from abilities import LARGE
from processes import free_port

HERE = Path(__file__).resolve().parent
PATIENCE = 60  # seconds for an order that has to be carried out
NO_PATIENCE = 10  # for one that two peers need not be able to carry out: a body may wait for a 100 that never comes


@dataclass(frozen=True)
class Peer:
    name: str
    home: str  # what runs it: python, node, go, httplib, nginx
    program: tuple
    package: str  # whose version is told
    installed: bool = False  # with Python and curl alone


CLIENTS = (
    Peer("curl", "python", ("curl_client.py",), "curl", installed=True),
    Peer("http.client", "python", ("stdlib_client.py",), "python", installed=True),
    Peer("requests", "python", ("requests_client.py",), "requests"),
    Peer("aiohttp", "python", ("aiohttp_client.py",), "aiohttp"),
    Peer("websockets", "python", ("websockets_client.py",), "websockets"),
    Peer("net/http", "go", ("client",), "go"),
    Peer("fetch", "node", ("client.mjs", "fetch"), "node"),
    Peer("http", "node", ("client.mjs", "http"), "node"),
    Peer("ws", "node", ("client.mjs", "ws"), "ws"),
    Peer("cpp-httplib", "httplib", ("client",), "cpp-httplib"),
)
UPSTREAMS = (
    Peer("ThreadingHTTPServer", "python", ("http_server.py",), "python", installed=True),
    Peer("uvicorn", "python", ("asgi_server.py",), "uvicorn"),
    Peer("Go net/http", "go", ("upstream",), "go"),
    Peer("Node http", "node", ("upstream.mjs",), "node"),
    Peer("nginx", "nginx", (), "nginx"),
    Peer("cpp-httplib", "httplib", ("upstream",), "cpp-httplib"),
)


class Tools:
    """Where things are: what scripts/lib/interop_peers fetched (not needed for what is installed), and what was built."""

    def __init__(self, fetched, binaries):
        self.fetched = fetched
        self.httplib = binaries / "tests" / "interop" / "interop_httplib"

    def command(self, peer):
        if peer.home == "python":
            python = sys.executable if peer.installed else self.fetched / "venv" / "bin" / "python"
            return [str(python), "-B", str(HERE / "python" / peer.program[0])]
        if peer.home == "node":
            return ["node", str(self.fetched / "node" / peer.program[0]), *peer.program[1:]]
        if peer.home == "go":
            return [str(self.fetched / "go_peers"), *peer.program]
        return [str(self.httplib), *peer.program]

    def versions(self):
        return {peer.package: self.version(peer) for peer in (*CLIENTS, *UPSTREAMS)}

    def version(self, peer):
        """As digits and dots."""
        python = [str(self.fetched / "venv" / "bin" / "python"), "-c",
                  f"import importlib.metadata; print(importlib.metadata.version('{peer.package}'))"]
        ask = {
            "curl": ["curl", "--version"], "python": [sys.executable, "--version"], "node": ["node", "--version"],
            "nginx": ["nginx", "-v"], "go": [str(self.fetched / "go_peers"), "version"],
            "ws": ["node", "-p", f"require('{self.fetched}/node/node_modules/ws/package.json').version"],
            "cpp-httplib": [str(self.httplib), "version"],
        }.get(peer.package, python)
        told = subprocess.run(ask, capture_output=True, text=True, check=True)
        return re.search(r"[0-9]+\.[0-9]+(\.[0-9]+)?", told.stdout + told.stderr)[0]


class Client:
    """A client's process; it is given one order at a time. One that is silent is ended, and started anew."""

    def __init__(self, command):
        self.command = command
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def carry_out(self, order, base, patience=PATIENCE):
        """What it saw."""
        if not self.process:
            self.start()
        told = queue.SimpleQueue()
        reading = threading.Thread(target=lambda stream: told.put(stream.readline()), args=(self.process.stdout,),
                                   daemon=True)
        reading.start()
        self.process.stdin.write(json.dumps({**order, "base": base}) + "\n")
        self.process.stdin.flush()
        try:
            line = told.get(timeout=patience)
        except queue.Empty:
            self.process.kill()
            reading.join()
            self.end()
            return {"error": f"silent for {patience} s", "silent": True}
        if not line:
            self.end()
            return {"error": "the client's process ended"}
        return json.loads(line)


def start_upstream(world, tools, peer):
    """Returns its port."""
    name = f"upstream-{peer.name.replace('/', '-').replace(' ', '-')}"
    if peer.home == "nginx":
        return start_nginx(world, name)
    world.spawn(name, tools.command(peer))
    return told_port(world, name)


def start_ingress(world, tools, name, port):
    world.spawn(name, [str(tools.fetched / "go_peers"), "ingress", f"http://127.0.0.1:{port}"])
    return told_port(world, name)


def told_port(world, name):
    return int(world.said(name, r'"port": ?(\d+)')[1])


def start_nginx(world, name):
    folder = world.folder / name
    folder.mkdir()
    # Its worker is another user.
    world.folder.chmod(0o755)
    pattern = b"0123456789abcdefghijklmnopqrstuvwxyz\n"
    (folder / "large").write_bytes((pattern * (LARGE // len(pattern) + 1))[:LARGE])
    (folder / "trailers").write_text("trailers\n")
    port = free_port()
    config = world.filled(HERE / "nginx.conf", {"PORT": port, "DIR": folder})
    world.listening(name, ["nginx", "-c", config, "-p", str(folder)], port)
    return port
