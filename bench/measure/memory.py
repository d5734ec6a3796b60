"""Resident memory of fresh instances: idle, with crowds that do nothing, and at most under long bodies."""

import time

from generators import Load
from peers import CROWD, CROWDED_CONNECTIONS, PROXIES, USUAL_CONNECTIONS
from stage import tell
from stats import ratio
from table import Table

GIB = 1 << 30


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


# What each row needs of the peer, and what then is measured.
CASES = [
    ("idle", USUAL_CONNECTIONS, idle),
    ("1,000 idle clients", USUAL_CONNECTIONS, crowd("requests", 1000, path="/small")),
    ("10,000 idle clients", CROWDED_CONNECTIONS, crowd("requests", CROWD, path="/small")),
    ("1,000 idle event streams", USUAL_CONNECTIONS, crowd("streams", 1000, path="/events/0")),
    ("1,000 idle tunnels", USUAL_CONNECTIONS, crowd("tunnels", 1000, path="/echo")),
    ("at most, in an upload of 1 GiB", USUAL_CONNECTIONS, transfer("upload", method="POST", path="/sink")),
    ("at most, in a download of 1 GiB", USUAL_CONNECTIONS, transfer("download", path=f"/bytes/{GIB}")),
]


def measure(stage):
    rows = []
    for name, connections, case in CASES:
        tell(f"memory: {name}")
        row = {"name": name}
        for proxy in PROXIES:
            peer = stage.fresh(proxy, "own", connections=connections)
            time.sleep(0.3)  # until it has done what it does after its start
            row[proxy] = case(stage, peer)
            stage.end(peer)
        rows.append(row)
    return rows


def tables(rows):
    table = Table("Resident memory of the working process, MiB", ["", *PROXIES, "ratio"])
    for row in rows:
        table.add(row["name"], *(row[proxy] for proxy in PROXIES), ratio(row))
    return [table]
