"""Who is measured: taskgate, nginx, HAProxy and Caddy in front of one upstream, and the upstream alone."""

import os
import re
import resource
import subprocess
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from processes import Failure, family, free_port, memory_kib, wait_until

CONFIGS = Path(__file__).resolve().parent / "configs"
PROXIES = ("nginx", "haproxy", "caddy", "taskgate")
SMALL_BODY = '{"status":"ok","note":"' + "x" * 175 + '"}'  # 200 bytes
REFUSAL_BODY = ('{"status":"rejected","task_id":null,"error":"concurrent task limit reached (12/12); '
                'wait for a task to finish or raise KC_MAX_TASKS","live":12,"limit":12}')
LARGE = 1 << 20
USUAL_CONNECTIONS = 4096  # what each peer is told to expect: some keep memory for them from the start
CROWD = 10_000  # the most clients that any part has
CROWDED_CONNECTIONS = 12_000  # and what is said then: of the last sixteenth nginx begins to close idle ones

REUSE = "--timeouts-upstream-keep-alive=60s"  # the gate's flag that reuses upstream connections
FILES_FOR_A_CROWD = 16_000  # open files: a gate gives two thirds of them to clients


@dataclass
class Peer:
    name: str
    port: int
    process: subprocess.Popen
    helpers: list = field(default_factory=list)  # pids of others that work for it
    admin: int | None = None  # the gate's port of metrics

    @property
    def pid(self):
        return self.process.pid

    def pids(self):
        return family(self.pid)

    def worker(self):
        """The process that does the work: the child of nginx's master, else the only one."""
        return self.pids()[-1]

    def resident_mib(self, what="VmRSS"):
        return memory_kib(self.worker(), what) / 1024

    def failures(self):
        """Answers of 5xx that a gate gave, by its own count; others are not asked."""
        if self.admin is None:
            return 0
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return sum(float(count) for count in re.findall(r'^taskgate_requests_total\{code="5.*\} (\S+)$', text, re.M))


def raise_descriptor_limit():
    """To the hard limit, for all that is started from here on; gives it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def configured(world, name, template, values, command, environment=()):
    port = free_port()
    config = world.filled(CONFIGS / template, {"NAME": name, "PORT": port, **values})
    process = world.listening(name, ["env", *environment, *command(config)], port)
    return Peer(name, port, process)


def nginx_command(world):
    return lambda config: ["nginx", "-c", config, "-p", str(world.folder)]


def start_upstream(world, keeps):
    """nginx with small and large answers. Unless it `keeps` connections, it closes them after each answer."""
    folder = world.folder / "www"
    if not folder.exists():
        folder.mkdir()
        (folder / "large").write_bytes(os.urandom(LARGE))
    name = "upstream-" + ("keeping" if keeps else "closing")
    return configured(world, name, "upstream.conf", {"KEEPALIVE": "600s" if keeps else "0", "BODY": SMALL_BODY},
                      nginx_command(world))


def start_own_upstream(world, name):
    """The benchmark's own one: events, echo, uploads, generated downloads."""
    process = world.spawn(name, [world.program("bench/bench_upstream")])
    return Peer(name, int(world.said(name, r"127\.0\.0\.1:(\d+)")[1]), process)


class Starter:
    """Starts proxies in front of an upstream, each by its name. `keeps`: told to reuse upstream connections."""

    def __init__(self, world, tmux):
        self.world, self.tmux = world, tmux
        self.count = 0
        self.files = raise_descriptor_limit()
        self.gate_reuses = gate_can_reuse(world)

    def start(self, name, upstream, keeps=False, connections=USUAL_CONNECTIONS, gate=()):
        """`gate`: more flags, where it is one."""
        if connections > USUAL_CONNECTIONS and self.files < FILES_FOR_A_CROWD:
            raise Failure(f"{CROWD} clients need a hard limit of {FILES_FOR_A_CROWD} open files (ulimit -Hn), "
                          f"not {self.files}")
        self.count += 1
        starter = getattr(self, f"start_{name}")
        peer = starter(f"{name}-{self.count}", upstream, keeps, connections, *gate)
        peer.name = name
        return peer

    def start_nginx(self, unique, upstream, keeps, connections):
        values = {"UPSTREAM": upstream, "BODY": REFUSAL_BODY, "CONNECTIONS": connections, "FILES": self.files,
                  "IDLE": "keepalive 32;" if keeps else "", "CONNECTION": "" if keeps else "close"}
        peer = configured(self.world, unique, "nginx.conf", values, nginx_command(self.world))
        # It listens before it has its worker, which would be left out of what it costs.
        wait_until("nginx's worker to be there", lambda: len(peer.pids()) > 1)
        return peer

    def start_haproxy(self, unique, upstream, keeps, connections):
        values = {"UPSTREAM": upstream, "BODY": REFUSAL_BODY, "CONNECTIONS": connections,
                  "MODE": "http-keep-alive" if keeps else "http-server-close", "REUSE": "safe" if keeps else "never"}
        return configured(self.world, unique, "haproxy.cfg", values, lambda config: ["haproxy", "-db", "-q", "-f", config])

    def start_caddy(self, unique, upstream, keeps, _connections):
        values = {"UPSTREAM": upstream, "BODY": REFUSAL_BODY, "KEEP": "75s" if keeps else "off"}
        # It keeps files in its user's folders otherwise.
        folders = [f"XDG_{kind}_HOME={self.world.folder / unique}" for kind in ("CONFIG", "DATA")]
        return configured(self.world, unique, "Caddyfile", values,
                          lambda config: ["caddy", "run", "--config", config, "--adapter", "caddyfile"],
                          ["GOMAXPROCS=1", *folders])

    def start_taskgate(self, unique, upstream, keeps, connections, *more):
        flags = [*more, "--limits-connections", str(connections), "--timeouts-keep-alive", "10m"]
        if keeps and self.gate_reuses:
            flags.append(REUSE)
        return self.gate(self.tmux, upstream, *flags, name=unique)

    def gate(self, tmux, upstream, *flags, name=None):
        self.count += 1
        # It is ended often, and has nobody to notify.
        flags = ["--drain-notice", "0s", *flags]
        process, port, admin = self.world.gate(name or f"gate-{self.count}", upstream, tmux, *flags)
        return Peer("taskgate", port, process, [tmux.pid()], admin)


def gate_can_reuse(world):
    """Whether this build knows how to reuse upstream connections."""
    check = subprocess.run([world.program("taskgate"), "check", REUSE], capture_output=True, check=False)
    return check.returncode == 0


def versions():
    """What the peers call their versions, as digits and dots."""
    told = {}
    for name, flag in (("nginx", "-v"), ("haproxy", "-v"), ("caddy", "version")):
        run = subprocess.run([name, flag], capture_output=True, text=True, check=True)
        told[name] = re.search(r"[0-9]+\.[0-9]+(\.[0-9]+)?", run.stdout + run.stderr)[0]
    return told
