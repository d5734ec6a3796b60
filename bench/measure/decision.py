"""What a decision takes, and two others' ways to one: tmux list-sessions as a process, and the upstream's own check."""

import socket
import time
from statistics import median

from peers import Peer
from processes import Failure, cpu_seconds
from stage import SESSIONS
from table import Table

CREATE = b"POST /api/claude/tasks HTTP/1.1\r\nHost: bench\r\nContent-Length: 2\r\n\r\n{}"
OPTIONS = b"OPTIONS / HTTP/1.1\r\nHost: bench\r\nMax-Forwards: 0\r\n\r\n"


class Connection:
    """One request after the other, each timed from its first byte sent to its whole answer, in milliseconds."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def timed(self, request, status):
        began = time.perf_counter()
        self.socket.sendall(request)
        answer = b""
        while not complete(answer):
            received = self.socket.recv(65536)
            if not received:
                raise Failure("the connection was closed before the answer was whole")
            answer += received
        spent = time.perf_counter() - began
        if answer.split(b" ", 2)[1] != status:
            raise Failure(f"expected {status!r}, not {answer[:200]!r}")
        return spent * 1e3


def complete(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return True


def on_its_own(port, request, status):
    """A request on a connection of its own, which the server has time to accept before the clock starts."""
    connection = Connection(port)
    time.sleep(0.002)
    spent = connection.timed(request, status)
    connection.close()
    return spent


def listed(tmux, count):
    began = time.perf_counter()
    if len(tmux.sessions()) != count:
        raise Failure("the sessions are gone")
    return (time.perf_counter() - began) * 1e3


def measure(stage):
    """All in turn, so that a slow moment of the machine meets each of them."""
    gate = stage.fresh("taskgate", "closing")
    standin = stage.world.standin("decision-upstream", stage.tmux, "--cap", str(SESSIONS))
    connection = Connection(gate.port)
    refusals, floors, processes, standins = [], [], [], []
    for _ in range(stage.effort.samples):
        refusals.append(connection.timed(CREATE, b"429"))
        floors.append(on_its_own(gate.port, OPTIONS, b"200"))
        processes.append(listed(stage.tmux, SESSIONS))
        standins.append(on_its_own(standin, CREATE, b"429"))
    connection.close()
    return {"samples": stage.effort.samples, "refusal_ms": median(refusals), "floor_ms": median(floors),
            "decision_ms": median(refusals) - median(floors), "list_sessions_ms": median(processes),
            "standin_ms": median(standins)}


def cost(gate: Peer, tmux_pid, samples):
    """Milliseconds and processor microseconds of a decision, one at a time."""
    connection = Connection(gate.port)
    connection.timed(CREATE, b"429")
    before = cpu_seconds([gate.pid]), cpu_seconds([tmux_pid])
    times = [connection.timed(CREATE, b"429") for _ in range(samples)]
    own, tmux = (cpu_seconds([pid]) - then for pid, then in zip((gate.pid, tmux_pid), before))
    connection.close()
    return {"refusal_ms": median(times), "gate_us": own * 1e6 / samples, "tmux_us": tmux * 1e6 / samples}


def tables(found):
    table = Table(f"A decision with {SESSIONS} sessions, median of {found['samples']}", ["", "ms"])
    table.add("a refusal over a kept connection", found["refusal_ms"])
    table.add("OPTIONS with Max-Forwards: 0 (the floor)", found["floor_ms"])
    table.add("difference: the decision", found["decision_ms"])
    table.add("tmux list-sessions as a process", found["list_sessions_ms"])
    table.add("the stand-in's own refusal, asked directly", found["standin_ms"])
    return [table]
