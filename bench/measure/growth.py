"""How cost grows: with open connections, with sessions, with the head's size, with the body's size."""

from contextlib import nullcontext

import decision
from generators import Load, wrk
from peers import CROWD, CROWDED_CONNECTIONS
from processes import Failure
from rows import Processor
from stage import tell
from stats import comparison
from table import Table, span

COMPARED = ("nginx", "haproxy", "taskgate")
CONNECTIONS = (1, 10, 100, 1000, CROWD)
ACTIVE = 10
SESSIONS = (1, 12, 100, 1000)
HEADS_KIB = (0.2, 1, 2, 4, 8, 16, 32)
BODIES = ((0, "nothing"), (1 << 10, "1 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB"), (16 << 20, "16 MiB"),
          (256 << 20, "256 MiB"), (1 << 30, "1 GiB"))
USUAL_HEAD = 0.2  # KiB that a request has without padding, about


def asked(stage, peer, connections, padding=0):
    """CPU time a request of small answers."""
    used = Processor(peer, True)
    result = wrk(peer.port, "/small", connections, stage.effort.seconds, padding=padding)
    if result["requests"] == 0 or result["other_status"] or result["broken"]:
        raise Failure(f"{peer.name}: {result}")
    return used.each(result["requests"])["cpu_us"]


def with_connections(stage, name, count):
    """A few of the connections ask, all others do nothing."""
    peer = stage.fresh(name, "closing", connections=CROWDED_CONNECTIONS)
    active = min(count, ACTIVE)
    idle = count - active
    with Load(stage.world, "requests", peer.port, path="/small", connections=idle) if idle else nullcontext() as crowd:
        spent = asked(stage, peer, active)
        if crowd:
            crowd.run()  # of no time: are they all there?
    stage.end(peer)
    return spent


def with_head(stage, name, kib):
    padding = int((kib - USUAL_HEAD) * 1024)
    return asked(stage, stage.peers("closing")[name], 32, padding)


def with_body(stage, name, size):
    """CPU microseconds of an upload, the mean of as many as fit into the run's time."""
    peer = stage.peers("own")[name]
    with Load(stage.world, "upload", peer.port, method="POST", path="/sink", bytes=size,
              milliseconds=stage.effort.seconds * 500) as load:
        used = Processor(peer, True)
        return used.each(load.run()["count"])["cpu_us"]


def in_rounds(stage, what, values, measure_one, names):
    rounds = [[] for _ in values]
    for number in range(stage.effort.growth_rounds):
        tell(f"growth, round {number + 1} of {stage.effort.growth_rounds}: {what}")
        for value, runs in zip(values, rounds):
            runs.append({name: measure_one(stage, name, value) for name in names})
    return [{"value": value, "rounds": runs} for value, runs in zip(values, rounds)]


def with_sessions(stage):
    """One tmux server that gets more and more of them, and for each number a gate whose limit it is."""
    tmux = stage.world.tmux("growth")
    rows = []
    for count in SESSIONS:
        tell(f"growth: {count} sessions")
        tmux.fill(count)
        gate = stage.gate(tmux, "--limit", str(count))
        rows.append({"value": count, **decision.cost(gate, tmux.pid(), stage.effort.samples)})
        stage.end(gate)
    return rows


def measure(stage):
    sizes = [size for size, _ in BODIES]
    return {
        "connections": in_rounds(stage, "connections", CONNECTIONS, with_connections, COMPARED),
        "heads": in_rounds(stage, "heads", HEADS_KIB, with_head, ("nginx", "taskgate")),
        "bodies": in_rounds(stage, "bodies", sizes, with_body, COMPARED),
        "sessions": with_sessions(stage),
    }


def compared(title, first, rows, shown, names):
    table = Table(title, [first, *names, "ratio", "spread"])
    for row in rows:
        figures = comparison(row["rounds"])
        table.add(shown(row), *(figures.medians[name] for name in names), figures.ratio, span(figures.spread()))
    return table


def sessions_table(rows):
    table = Table("CPU and time of a decision, by sessions", ["sessions", "refusal ms", "taskgate's CPU µs",
                                                              "tmux server's CPU µs"])
    for row in rows:
        table.add(f"{row['value']:,}", row["refusal_ms"], row["gate_us"], row["tmux_us"])
    return table


def tables(found):
    labels = dict(BODIES)
    return [
        compared(f"CPU µs/request, by open connections, of which at most {ACTIVE} ask", "connections",
                 found["connections"], lambda row: f"{row['value']:,}", COMPARED),
        compared("CPU µs/request, by the size of the request's head", "KiB", found["heads"],
                 lambda row: str(row["value"]), ("nginx", "taskgate")),
        compared("CPU µs/upload, by the size of the body", "body", found["bodies"],
                 lambda row: labels[row["value"]], COMPARED),
        sessions_table(found["sessions"]),
    ]
