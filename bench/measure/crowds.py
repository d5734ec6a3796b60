"""Crowds that make a proxy hold something for each of them: its resident memory at most, and when they have gone;
and how long somebody else waits for an answer meanwhile."""

import math
import socket
import struct
import time
from dataclasses import dataclass

from choice import is_wanted
from peers import CROWDED_CONNECTIONS
from stage import tell
from table import Table

COMPARED = ("nginx", "taskgate")
MANY = 9_990
STALLS = 1.5  # seconds that a crowd stands still: the gate lets those who stall give way after half a second
OTHERS = 5
OTHER_WAITS = 15  # seconds that somebody else waits for an answer at most
GONE = 8  # seconds after which a crowd has gone: lingering connections take five
CREATE = "/api/claude/tasks"


def head(target, size=0, method="GET", fields="", ended=True):
    """A request's head with a field of that size."""
    padding = f"X: {'x' * size}\r\n" if size else ""
    return f"{method} {target} HTTP/1.1\r\nHost: bench\r\n{fields}{padding}".encode() + (b"\r\n" if ended else b"")


@dataclass
class Crowd:
    name: str
    count: int
    sends: bytes
    reads_slowly: bool = False

    @property
    def title(self):
        return f"{self.count:,}: {self.name}"


LINES = "a:b\r\n" * 97
UPGRADE = ("Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")
CROWDS = [
    Crowd("that says nothing", MANY, b""),
    Crowd("idle clients, with an answer each", MANY, head("/small")),
    Crowd("heads of 12 KB that do not end", MANY, head("/small", 12_000, ended=False)),
    Crowd("heads of 60 KB that do not end", 1000, head("/small", 60_000, ended=False)),
    Crowd("heads of 97 lines that do not end", MANY, head("/small", fields=LINES, ended=False)),
    Crowd("heads of 97 lines without an answer", MANY, head("/silence", fields=LINES)),
    Crowd("small heads without an answer", MANY, head("/silence")),
    Crowd("event streams", MANY, head("/events/0")),
    Crowd("40 KB pipelined behind a head without an answer", 1000, head("/silence") + head("/small") * 1000),
    Crowd("refused creates", MANY, head(CREATE, method="POST", fields="Content-Length: 2\r\n") + b"{}"),
    Crowd("creates of 110 KB that do not end", 600,
          head(CREATE, 60_000, "POST", "Content-Length: 60000\r\n") + b" " * 50_000),
    Crowd("answers of 1 GiB that are not read", 1000, head("/bytes/1073741824"), reads_slowly=True),
    Crowd("tunnels", MANY, head("/echo", fields=UPGRADE)),
]


def join(crowd, port):
    member = socket.socket()
    if crowd.reads_slowly:
        member.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    member.connect(("127.0.0.1", port))
    member.setblocking(False)
    try:
        member.send(crowd.sends)
    except OSError:
        pass  # cut already, or it takes no more
    return member


def has_come(member):
    """Whether there is an answer or an end."""
    try:
        member.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    return True


def leave(members):
    for member in members:
        member.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        member.close()


def somebody_else(port):
    """Seconds to an answer of 200, infinity where another one or none comes; the head needs more than a small buffer."""
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), OTHER_WAITS) as other:
        other.sendall(head("/small", 3000, fields="Connection: close\r\n"))
        try:
            answered = b" 200 " in other.recv(100)
        except OSError:
            answered = False
    return time.perf_counter() - began if answered else math.inf


def gather(crowd, port):
    members, waits = [], []
    for index in range(crowd.count):
        members.append(join(crowd, port))
        if (index + 1) % (crowd.count // OTHERS) == 0:
            waits.append(somebody_else(port))
    time.sleep(STALLS)
    return members, max(*waits, somebody_else(port))


def come_and_go(stage, crowd, proxy):
    """The proxy, which the crowd has just left, and what was found until then."""
    peer = stage.fresh(proxy, "own", connections=CROWDED_CONNECTIONS)
    time.sleep(0.3)
    fresh = peer.resident_mib()
    members, waited = gather(crowd, peer.port)
    leave(members)
    return peer, {"fresh": fresh, "waited_ms": "no answer" if math.isinf(waited) else waited * 1e3}


def when_gone(stage, peer, found):
    after, peak = peer.resident_mib(), peer.resident_mib("VmHWM")
    stage.end(peer)
    return {**found, "peak": peak, "after": after, "grown": after / found["fresh"]}


def row_names(_stage):
    return [crowd.title for crowd in CROWDS]


def measure(stage, wanted=""):
    """Each crowd has a proxy of its own, so that all can be waited for at once to be gone."""
    visited = []
    for crowd in CROWDS:
        if is_wanted(crowd.title, wanted):
            tell(f"crowds: {crowd.title}")
            visited.append((crowd.title, {proxy: come_and_go(stage, crowd, proxy) for proxy in COMPARED}))
    time.sleep(GONE)
    return [{"name": name, **{proxy: when_gone(stage, *visit) for proxy, visit in visits.items()}}
            for name, visits in visited]


FIGURES = (("fresh", "fresh"), ("peak", "at most"), ("after", "when it has gone"), ("grown", "times fresh"),
           ("waited_ms", "others, ms"))


def tables(rows):
    table = Table("Crowds: resident memory of the working process, MiB, and how long others wait at most",
                  ["", *(f"{proxy}: {label}" for proxy in COMPARED for _, label in FIGURES)])
    for row in rows:
        table.add(row["name"], *(row[proxy][key] for proxy in COMPARED for key, _ in FIGURES))
    return [table]
