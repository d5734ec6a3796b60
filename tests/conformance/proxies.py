"""The proxies that the suite is run against: taskgate, three peers, or one that somebody else started."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import family, free_port, memory_kib

CONFIGS = Path(__file__).resolve().parent / "peers"
REUSING = "taskgate-reuse"  # told to use upstream connections again
# Long enough for a busy machine to stay within, where a case is not about them.
HEAD_SECONDS = 15  # until a request's head must be in
ANSWER_SECONDS = 15  # until the answer to a request below /silent must begin
OWN = ("taskgate", REUSING)
PEERS = ("nginx", "haproxy", "caddy")


@dataclass
class Proxy:
    address: tuple
    pid: int | None = None

    def peak_kib(self):
        """The most memory that it ever had resident, or nothing where its process is not known."""
        # nginx works in a child.
        return memory_kib(family(self.pid)[-1], "VmHWM") if self.pid else None


def start(world, name, number, upstream):
    starters = {"taskgate": start_gate, REUSING: start_reusing_gate, "nginx": start_nginx, "haproxy": start_haproxy,
                "caddy": start_caddy}
    return starters[name](world, f"{name}-{number}", upstream)


def start_reusing_gate(world, name, upstream):
    return start_gate(world, name, upstream, "--timeouts-upstream-keep-alive", "1h")


def start_gate(world, name, upstream, *more):
    flags = ["--timeouts.head", f"{HEAD_SECONDS}s", "--timeouts.response", f"{ANSWER_SECONDS}s", "--drain.notice", "0s"]
    process, port, _ = world.gate(name, upstream, world.tmux(name), *flags, *more)
    return Proxy(("127.0.0.1", port), process.pid)


def start_peer(world, name, template, upstream, command):
    port = free_port()
    folder = world.folder / name
    folder.mkdir()
    config = world.filled(CONFIGS / template, {
        "PORT": port, "UPSTREAM": upstream, "FOLDER": folder, "HEAD_SECONDS": HEAD_SECONDS,
        "ANSWER_SECONDS": ANSWER_SECONDS})
    process = world.listening(name, command(config), port)
    return Proxy(("127.0.0.1", port), process.pid)


def start_nginx(world, name, upstream):
    return start_peer(world, name, "nginx.conf", upstream,
                      lambda config: ["nginx", "-c", config, "-p", str(world.folder / name)])


def start_haproxy(world, name, upstream):
    return start_peer(world, name, "haproxy.cfg", upstream, lambda config: ["haproxy", "-db", "-q", "-f", config])


def start_caddy(world, name, upstream):
    # It keeps files in its user's folders otherwise.
    folders = [f"XDG_CONFIG_HOME={world.folder / name}", f"XDG_DATA_HOME={world.folder / name}"]
    return start_peer(world, name, "Caddyfile", upstream, lambda config: [
        "env", *folders, "caddy", "run", "--config", config, "--adapter", "caddyfile"])


def version_of(name):
    """What a peer calls its version, as digits and dots."""
    command = {"nginx": ["nginx", "-v"], "haproxy": ["haproxy", "-v"], "caddy": ["caddy", "version"]}[name]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.search(r"[0-9]+\.[0-9]+(\.[0-9]+)?", told.stdout + told.stderr)[0]
