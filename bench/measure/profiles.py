"""Where the processor time of a request, or a MiB, goes, by perf: what the kernel does for which system call, the program itself,
its libraries."""

import re
import subprocess

from peers import PROXIES
from processes import Failure
from rows import all_rows
from stage import tell
from table import Table

SECONDS = 3
# Functions of the kernel, none within another, that hold most of what a system call does.
CALLS = {
    "sending": ("tcp_sendmsg", "unix_stream_sendmsg"),
    "receiving": ("tcp_recvmsg", "tcp_splice_read", "unix_stream_recvmsg"),
    "connecting": ("__sys_connect",),
    "closing": ("sock_close",),
    "making sockets": ("__sys_socket", "__sys_accept4"),
    "waiting": ("do_epoll_wait", "do_epoll_ctl"),
}
REST, OWN, LIBC, LIBRARIES = "other kernel work", "the program", "the C library", "other libraries"
PLACES = (*CALLS, REST, OWN, LIBC, LIBRARIES)
NAMES = [name for name in PROXIES if name != "caddy"]


# Rows of the part under load, by how their names begin.
PROFILED = ("Small answers, 32 connections, upstream closes", "Small answers, 32 connections, upstream keeps",
            "Small answers, a connection each, upstream closes", "Answers of 1 MiB", "Uploads of 16 MiB",
            "200 event streams", "100 WebSockets", "Refused creates, 64 connections")


def rows(stage):
    named = all_rows(stage.starter.gate_reuses)
    return [next(row for row in named if row.name.startswith(name)) for name in PROFILED]


def perf(*words):
    run = subprocess.run(["perf", *words], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise Failure(f"perf could not run: {run.stderr.strip()}")
    return run.stdout


def shares(report):
    """Lines of `perf report --stdio` as (share, what)."""
    found = re.findall(r"^ +([0-9.]+)% +(?:[0-9.]+% +)?(?:\[.\] )?(\S+)", report, re.M)
    return [(float(share) / 100, what) for share, what in found]


def by_place(objects, functions, program):
    """Parts of one, by place: from shares by object, and by function with what it calls."""
    parts = dict.fromkeys(PLACES, 0.0)
    for share, name in objects:
        if name.startswith("[kernel"):
            parts[REST] += share
        elif name == program:
            parts[OWN] += share
        else:
            parts[LIBC if name.startswith("libc.so") else LIBRARIES] += share
    for place, names in CALLS.items():
        parts[place] = sum(share for share, name in functions if name in names)
    parts[REST] = max(parts[REST] - sum(parts[place] for place in CALLS), 0.0)
    return parts


def profile(stage, row, peer):
    data = str(stage.world.folder / f"perf.{peer.name}")
    recorder = subprocess.Popen(["perf", "record", "-g", "-e", "cpu-clock", "-F", "4000", "-o", data, "-p", str(peer.worker()),
                                 "--", "sleep", str(SECONDS)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    cost = row.run(stage, peer, True, SECONDS)
    said = recorder.communicate()[1]
    if recorder.returncode != 0:
        raise Failure(f"perf could not run: {said.strip()}")
    report = ["report", "--stdio", "-g", "none", "-i", data]
    objects = shares(perf(*report, "--no-children", "--sort", "dso"))
    functions = shares(perf(*report, "--children", "--sort", "symbol"))
    parts = by_place(objects, functions, peer.name)
    return {place: part * cost["cpu_us"] for place, part in parts.items()}


def measure(stage):
    found = []
    for row in rows(stage):
        tell(f"profile: {row.name}")
        peers = stage.peers(row.upstream)
        found.append({"name": row.name, "unit": row.unit, "by_peer": {name: profile(stage, row, peers[name]) for name in NAMES}})
    return found


def tables(found):
    shown = []
    for row in found:
        table = Table(f"Where it goes: {row['name']}, CPU µs/{row['unit']}", ["", *NAMES])
        for place in PLACES:
            table.add(place, *(row["by_peer"][name][place] for name in NAMES))
        shown.append(table)
    return shown
