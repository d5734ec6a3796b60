"""What a storm of refused creates costs the tmux server, and whoever types in one of its sessions meanwhile."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
from statistics import median

from generators import Load, wrk
from processes import Failure, cpu_seconds
from stage import tell
from table import Table

CREATE = {"method": "POST", "path": "/api/claude/tasks", "body": "{}", "status": 429}
CLIENTS = 64
SESSIONS = (12, 100)
RATES = (500, 2_000, 4_000, None)  # None: each client sends as soon as it is answered
PATIENCE = 10


class Typist:
    """Somebody who looks at a session of the server and types; how long each key takes to be shown."""

    def __init__(self, tmux):
        tmux.run("new-session", "-d", "-x", "80", "-y", "24", "-s", "typed-into", "exec cat")
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            environment = {**{name: value for name, value in os.environ.items() if name != "TMUX"}, "TERM": "xterm"}
            os.execvpe("tmux", ["tmux", "-S", tmux.path, "attach", "-t", "=typed-into"], environment)
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.quiet()

    def quiet(self):
        """Until nothing more is drawn."""
        while select.select([self.screen], [], [], 0.3)[0]:
            os.read(self.screen, 65536)

    def key(self):
        began = time.perf_counter()
        os.write(self.screen, b"x")
        shown = b""
        while b"x" not in shown:
            if not select.select([self.screen], [], [], PATIENCE)[0]:
                raise Failure("a key was not shown")
            shown = os.read(self.screen, 65536)
        return (time.perf_counter() - began) * 1e6

    def keys(self, until):
        """Keys for as long as `until` is not set: the median in microseconds."""
        echoes = []
        while not until.wait(0.02):
            echoes.append(self.key())
            if len(echoes) % 40 == 0:
                os.write(self.screen, b"\x15")  # an empty line: the echo of a long one scrolls
                self.quiet()
        return median(echoes)

    def idle(self, seconds):
        over = threading.Event()
        timer = threading.Timer(seconds, over.set)
        timer.start()
        return self.keys(over)

    def leave(self):
        os.kill(self.pid, signal.SIGHUP)
        os.waitpid(self.pid, 0)
        os.close(self.screen)


def storm(stage, gate, rate, seconds):
    """Refusals: how many, and their median in milliseconds."""
    if rate is None:
        result = wrk(gate.port, CREATE["path"], CLIENTS, seconds, method="POST")
        return {"count": result["requests"], "median_ms": result["median"] / 1e3}
    with Load(stage.world, "requests", gate.port, connections=CLIENTS, per_second=rate, milliseconds=seconds * 1000,
              **CREATE) as load:
        result = load.run()
    return {"count": result["count"], "median_ms": result["median_us"] / 1e3}


def measure_one(stage, tmux, gate, typist, rate):
    seconds = max(2, stage.effort.seconds * 2)
    idle = typist.idle(seconds / 2)
    over, echoes = threading.Event(), []
    typing = threading.Thread(target=lambda: echoes.append(typist.keys(over)))
    server, before = tmux.pid(), time.monotonic()
    used = cpu_seconds([server]), cpu_seconds([gate.pid])
    typing.start()
    found = storm(stage, gate, rate, seconds)
    spent = time.monotonic() - before
    tmux_used, gate_used = (cpu_seconds([pid]) - then for pid, then in zip((server, gate.pid), used))
    over.set()
    typing.join()
    return {**found, "tmux_share": 100 * tmux_used / spent, "gate_us": gate_used * 1e6 / found["count"],
            "idle_us": idle, "echo_us": echoes[0], "after_us": typist.idle(seconds / 2)}


def measure(stage):
    rows = []
    for sessions in SESSIONS:
        tmux = stage.world.tmux(f"storm-{sessions}")
        tmux.fill(sessions)
        gate = stage.gate(tmux)
        typist = Typist(tmux)
        for rate in RATES:
            name = f"{sessions} sessions, " + (f"{rate} creates a second" if rate else f"{CLIENTS} clients, as fast as answered")
            tell(f"storm: {name}")
            rows.append({"name": name, **measure_one(stage, tmux, gate, typist, rate)})
        typist.leave()
        stage.end(gate)
    return rows


def tables(rows):
    table = Table("A storm of refused creates, and the user's tmux",
                  ["", "tmux server, % of a processor", "a key's echo before, µs", "during", "after", "during / before",
                   "gate, µs a refusal", "refusal's median, ms"])
    for row in rows:
        table.add(row["name"], row["tmux_share"], row["idle_us"], row["echo_us"], row["after_us"],
                  row["echo_us"] / row["idle_us"], row["gate_us"], row["median_ms"])
    return [table]
