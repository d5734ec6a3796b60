"""Resident memory of fresh instances: idle, with crowds that do nothing or wait, and at most under long bodies."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from choice import is_wanted
from crowds import Crowd, has_come, head, join, leave
from generators import Load
from peers import CROWD, CROWDED_CONNECTIONS, PROXIES, USUAL_CONNECTIONS
from processes import Failure
from rows import GIB
from stage import SESSIONS, tell
from stats import ratio
from table import Table


def idle(_stage, peer):
    return peer.resident_mib()


def crowd(mode, count, **flags):
    def hold(stage, peer):
        with Load(stage.world, mode, peer.port, connections=count, **flags) as load:
            resident = peer.resident_mib()
            load.run()  # of no time: it only makes sure that all of them still stand
        return resident
    return hold


def transfer(mode, **flags):
    def carry(stage, peer):
        with Load(stage.world, mode, peer.port, bytes=GIB, **flags) as load:
            load.run()
        return peer.resident_mib("VmHWM")
    return carry


def waiting(count, request):
    """Clients whose requests are with the proxy or behind it, and none of which has an answer."""
    def hold(_stage, peer):
        members = [join(Crowd("", count, request), peer.port) for _ in range(count)]
        time.sleep(1)
        resident = peer.resident_mib()
        for member in members:
            if has_come(member):
                raise Failure(f"{peer.name}: a request that was to wait was answered, or cut")
        leave(members)
        return resident
    return hold


@dataclass
class Case:
    name: str
    measure: Callable
    connections: int = USUAL_CONNECTIONS  # that the peer is told to expect
    gate: tuple = ()  # flags
    names: tuple = PROXIES


# One that the peers pass on: another path than the one that they refuse.
CREATE = head("/api/claude/tasks/terminal", method="POST", fields="Content-Length: 2\r\n") + b"{}"
CASES = [
    Case("idle", idle),
    Case("1,000 idle clients", crowd("requests", 1000, path="/small")),
    Case("10,000 idle clients", crowd("requests", CROWD, path="/small"), CROWDED_CONNECTIONS),
    Case("1,000 idle event streams", crowd("streams", 1000, path="/events/0")),
    Case("1,000 idle tunnels", crowd("tunnels", 1000, path="/echo")),
    Case("512 creates that wait for the upstream", waiting(512, CREATE), gate=("--limit", "1000")),
    Case("512 creates of which 511 wait for the slot of one", waiting(512, CREATE),
         gate=("--limit", str(SESSIONS + 1), "--admission-wait", "1m"), names=("taskgate",)),
    Case("at most, in an upload of 1 GiB", transfer("upload", method="POST", path="/sink")),
    Case("at most, in a download of 1 GiB", transfer("download", path=f"/bytes/{GIB}")),
    Case("at most, in a tunnel of 1 GiB", transfer("tunnel-down", path=f"/tunnel/bytes/{GIB}")),
]


def resident(stage, case, proxy):
    gate = case.gate if proxy == "taskgate" else ()
    peer = stage.fresh(proxy, "own", connections=case.connections, gate=gate)
    time.sleep(0.3)  # until it has done what it does after its start
    found = case.measure(stage, peer)
    stage.end(peer)
    return found


def row_names(_stage):
    return [case.name for case in CASES]


def measure(stage, wanted=""):
    rows = []
    for case in CASES:
        if is_wanted(case.name, wanted):
            tell(f"memory: {case.name}")
            rows.append({"name": case.name, **{name: resident(stage, case, name) for name in case.names}})
    return rows


def tables(rows):
    table = Table("Resident memory of the working process, MiB", ["", *PROXIES, "ratio"])
    for row in rows:
        table.add(row["name"], *(row.get(proxy) for proxy in PROXIES), ratio(row))
    return [table]
