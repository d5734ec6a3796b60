"""The program itself: how fast it is ready, and how large it and its image are."""

import json
import socket
import subprocess
import time
from pathlib import Path
from statistics import median

from processes import ROOT, Failure, free_port
from table import Table

IMAGE = "localhost/taskgate:dev"
STARTS = 10


def answers_200(port, path):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as probe:
            probe.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
            return b" 200 " in probe.recv(4096)
    except OSError:
        return False


def start_to_ready(stage):
    world, upstream = stage.world, stage.upstream("closing").port
    listen, admin = free_port(), free_port()
    command = world.gate_command(f"127.0.0.1:{listen}", f"127.0.0.1:{admin}", upstream, stage.tmux,
                                 "--drain-notice", "0s")
    began = time.perf_counter()
    process = world.spawn("start", command)
    while not answers_200(admin, "/livez"):
        if process.poll() is not None or time.perf_counter() - began > 10:
            raise Failure("the gate does not start")
        time.sleep(0.0005)
    spent = (time.perf_counter() - began) * 1e3
    world.end(process)
    return spent


def image():
    """The size that ./dev image left, and the revision that it was built from; nothing where there is none."""
    run = subprocess.run([str(ROOT / "scripts" / "engine"), "image", "inspect", IMAGE], capture_output=True, text=True,
                         check=False)
    if run.returncode != 0:
        return None
    told = json.loads(run.stdout)[0]
    labels = told.get("Labels") or told.get("Config", {}).get("Labels") or {}
    return {"mib": told["Size"] / (1 << 20), "revision": labels.get("org.opencontainers.image.revision", "unknown")}


def measure(stage):
    times = [start_to_ready(stage) for _ in range(STARTS)]
    return {"median_ms": median(times), "slowest_ms": max(times), "image": image(),
            "binary_mib": Path(stage.world.program("taskgate")).stat().st_size / (1 << 20)}


def tables(found):
    table = Table("The process", ["", "taskgate"])
    table.add(f"start to ready, median of {STARTS}, ms", found["median_ms"])
    table.add("start to ready, slowest, ms", found["slowest_ms"])
    table.add("binary, MiB", found["binary_mib"])
    built = found["image"]
    if built:
        table.add(f"image, MiB (built from {built['revision']})", built["mib"])
    else:
        table.add("image, MiB (none was there: ./dev image builds it)", None)
    return [table]
