"""Who is measured: taskgate, nginx and HAProxy in front of one upstream, and the upstream alone."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from processes import family, free_port, memory_kib

CONFIGS = Path(__file__).resolve().parent
SMALL_BODY = '{"status":"ok","note":"' + "x" * 175 + '"}'  # 200 bytes
REFUSAL_BODY = ('{"status":"rejected","task_id":null,"error":"concurrent task limit reached (12/12); '
                'wait for a task to finish or raise KC_MAX_TASKS","live":12,"limit":12}')


@dataclass
class Peer:
    name: str
    port: int
    pid: int
    helpers: list = field(default_factory=list)  # pids of others that work for it

    def pids(self):
        return family(self.pid)

    def worker(self):
        """The process that does the work: the child of nginx's master, else the only one."""
        return self.pids()[-1]

    def resident_kib(self):
        return memory_kib(self.worker())


def started(world, name, command, port):
    return Peer(name, port, world.listening(name, command, port).pid)


def start_upstream(world):
    folder = world.folder / "www"
    folder.mkdir()
    (folder / "large").write_bytes(os.urandom(1 << 20))
    port = free_port()
    config = world.filled(CONFIGS / "upstream.conf", {"PORT": port, "BODY": SMALL_BODY})
    return started(world, "upstream", ["nginx", "-c", config, "-p", str(world.folder)], port)


def start_nginx(world, upstream, name="nginx"):
    port = free_port()
    config = world.filled(CONFIGS / "nginx.conf", {"PORT": port, "UPSTREAM": upstream, "BODY": REFUSAL_BODY})
    return started(world, name, ["nginx", "-c", config, "-p", str(world.folder)], port)


def start_haproxy(world, upstream, name="haproxy"):
    port = free_port()
    config = world.filled(CONFIGS / "haproxy.cfg", {"PORT": port, "UPSTREAM": upstream, "BODY": REFUSAL_BODY})
    return started(world, name, ["haproxy", "-db", "-q", "-f", config], port)


def start_gate(world, upstream, tmux, name="taskgate"):
    process, port, _ = world.gate(name, upstream, tmux)
    return Peer(name, port, process.pid, [tmux.pid()])
