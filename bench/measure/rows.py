"""The kinds of row under load. Each runs against one peer and gives plain numbers; which unit is in the names."""

from collections import Counter
from dataclasses import dataclass

from generators import Load, wrk
from peers import LARGE, PROXIES
from processes import Failure, cpu_seconds

ALL = ("direct", *PROXIES)
GIB = 1 << 30


class Processor:
    """The processor time that a peer and its helpers use from here on. Of `direct` it is nobody's cost."""

    def __init__(self, peer, is_proxy):
        self.pids, self.helpers, self.is_proxy = peer.pids(), peer.helpers, is_proxy
        self.before = cpu_seconds(self.pids), cpu_seconds(self.helpers)

    def each(self, count):
        """Microseconds for each of so many."""
        used, helped = cpu_seconds(self.pids) - self.before[0], cpu_seconds(self.helpers) - self.before[1]
        return {"cpu_us": used * 1e6 / count if self.is_proxy else None,
                "helpers_cpu_us": helped * 1e6 / count if self.is_proxy else None}


@dataclass
class Row:
    name: str
    upstream: str  # closing, keeping or own
    unit: str = "request"
    names: tuple = ALL
    # Figures beside the CPU time: (key, label, more is better).
    figures: tuple = ()

    def metrics(self):
        return (("cpu_us", f"CPU µs/{self.unit}", False), *self.figures)

    def prepare(self, stage):
        """Once, before the rounds."""

    def seconds(self, effort):
        """Of a run."""
        return effort.seconds


@dataclass
class Closed(Row):
    """wrk: each connection asks again as soon as it is answered."""
    path: str = "/small"
    connections: int = 32
    method: str = "GET"
    closes: bool = False  # a new connection for each request
    bytes: int = 0  # that each answer has at least
    figures: tuple = (("per_second", "requests/s", True),)

    def run(self, stage, peer, is_proxy, seconds):
        used = Processor(peer, is_proxy)
        result = wrk(peer.port, self.path, self.connections, seconds, self.method, self.closes)
        requests = result["requests"]
        each = used.each(max(requests, 1))
        as_expected = requests - result["other_status"] if self.method == "GET" else result["other_status"]
        if (requests == 0 or as_expected != requests or result["broken"]
                or result["bytes"] < self.bytes * requests):
            raise Failure(f"{peer.name} did not answer '{self.name}' as it should: {result}")
        return {**each, "per_second": requests * 1e6 / result["microseconds"], "generator": result["generator"],
                "median_us": result["median"]}


LATENCIES = (("added_median_us", "added median µs", False), ("added_p99_us", "added p99 µs", False),
             ("median_us", "median µs", None), ("p99_us", "p99 µs", None))


@dataclass
class Opened(Row):
    """bench_load at a fixed rate; each answer timed from when its request was due."""
    mode: str = "requests"
    flags: dict = None
    connections: int = 64
    direct: dict = None  # other flags, where the upstream alone is asked something else
    per_second: int = 0
    figures: tuple = LATENCIES

    def seconds(self, effort):
        return effort.latency_seconds

    def run(self, stage, peer, is_proxy, seconds):
        flags = {"connections": self.connections, "milliseconds": seconds * 1000,
                 **(self.flags if is_proxy or self.direct is None else self.direct)}
        if self.mode != "streams":
            flags["per_second"] = self.per_second
        with Load(stage.world, self.mode, peer.port, **flags) as load:
            used = Processor(peer, is_proxy)
            result = load.run()
            # Streams go on to the last one's last event: what was used belongs to the rate, not to those counted.
            each = used.each(self.per_second * result["seconds"] if self.mode == "streams" else result["count"])
        self.check(peer, result, seconds)
        took = Counter({float(value): count for value, count in result["took_us"].items()})
        return {**each, "median_us": result["median_us"], "took_us": took, "generator": result["generator"]}

    def check(self, peer, result, seconds):
        """Each lane may miss one at either end of the run."""
        awaited = self.per_second * seconds
        if abs(result["count"] - awaited) > self.connections:
            raise Failure(f"{peer.name}: {result['count']} came back in '{self.name}', not {awaited}")


@dataclass
class FixedRate(Opened):
    """A part of what the slowest proxy can do, which is tried first."""
    share: float = 0.5

    def prepare(self, stage):
        self.per_second = max(int(stage.slowest_rate() * self.share) // 100 * 100, 100)
        self.name = f"{self.name}, {self.per_second} a second"


@dataclass
class Transfers(Row):
    """bench_load: bodies one after the other, or as much through tunnels."""
    mode: str = "upload"
    flags: dict = None
    bytes: int = 0
    connections: int = 1
    unit: str = "MiB"
    figures: tuple = (("per_second", "MiB/s", True),)

    def run(self, stage, peer, is_proxy, seconds):
        with Load(stage.world, self.mode, peer.port, bytes=self.bytes, connections=self.connections,
                  milliseconds=seconds * 1000, **self.flags) as load:
            used = Processor(peer, is_proxy)
            result = load.run()
            each = used.each(result["bytes"] / (1 << 20))
        return {**each, "per_second": result["bytes"] / (1 << 20) / result["seconds"],
                "generator": result["generator"]}


def all_rows(gate_reuses):
    create = "/api/claude/tasks"
    keeping = "upstream keeps" + ("" if gate_reuses else " (taskgate has no reuse)")
    one = (("per_second", "requests/s", True), ("median_us", "median µs", False))
    return [
        Closed("Small answers, 32 connections, upstream closes", "closing"),
        Closed(f"Small answers, 32 connections, {keeping}", "keeping"),
        Closed("Small answers, a connection each, upstream closes", "closing", closes=True),
        Closed(f"Small answers, a connection each, {keeping}", "keeping", closes=True),
        Closed("Small answers, 1 connection, upstream closes", "closing", connections=1, figures=one),
        FixedRate("Small answers, upstream closes", "closing", share=0.25, flags={"path": "/small"}),
        FixedRate("Small answers, upstream closes", "closing", share=0.5, flags={"path": "/small"}),
        FixedRate(f"Small answers, {keeping}", "keeping", share=0.5, flags={"path": "/small"}),
        Closed("Answers of 1 MiB, 8 connections", "closing", path="/large", connections=8, bytes=LARGE),
        Transfers("Uploads of 16 MiB, 4 connections", "own", bytes=16 << 20, connections=4,
                  flags={"method": "POST", "path": "/sink"}),
        Transfers("A tunnel of 1 GiB, to the upstream", "own", mode="tunnel-up", bytes=GIB,
                  flags={"path": f"/tunnel/sink/{GIB}"}),
        Transfers("A tunnel of 1 GiB, to the client", "own", mode="tunnel-down", bytes=GIB,
                  flags={"path": f"/tunnel/bytes/{GIB}"}),
        Opened("200 event streams, 10 events a second each", "own", unit="event", mode="streams", connections=200,
               per_second=2000, flags={"path": "/events/10"}),
        Opened("100 WebSockets, 20 messages a second each", "own", unit="message", mode="tunnels", connections=100,
               per_second=2000, flags={"path": "/echo"}),
        Closed("Refused creates, 64 connections", "closing", path=create, connections=64, method="POST", names=PROXIES),
        Closed("Refused creates, 512 connections", "closing", path=create, connections=512, method="POST",
               names=PROXIES),
        FixedRate("Refused creates, 64 connections", "closing", share=0.5, direct={"path": "/small"},
                  flags={"path": create, "method": "POST", "body": "{}", "status": 429},
                  figures=(("median_us", "median µs", False), ("p99_us", "p99 µs", False))),
    ]
