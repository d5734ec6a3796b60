"""What is measured. Each function returns plain numbers; which unit is in the names."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from peers import start_gate, start_haproxy, start_nginx
from processes import Failure, cpu_seconds, free_port

HERE = Path(__file__).resolve().parent
STREAMS = 1000


def wrk(port, path, connections, seconds, method="GET"):
    result = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "wrk.lua"),
         f"http://127.0.0.1:{port}{path}"],
        env={**os.environ, "WRK_METHOD": method}, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(result.stdout.splitlines()[-1])


def load(peer, row, seconds):
    """One run of wrk against a peer: CPU a request, rate, latency."""
    pids = peer.pids()
    before, helped_before = cpu_seconds(pids), cpu_seconds(peer.helpers)
    result = wrk(peer.port, row.path, row.connections, seconds, row.method)
    spent, helped = cpu_seconds(pids) - before, cpu_seconds(peer.helpers) - helped_before
    requests = result["requests"]
    as_expected = requests - result["other_status"] if row.method == "GET" else result["other_status"]
    if requests == 0 or as_expected != requests or result["broken"]:
        raise Failure(f"{peer.name} did not answer '{row.name}' as it should: {result}")
    return {
        "cpu_us": spent * 1e6 / requests,
        "helpers_cpu_us": helped * 1e6 / requests,
        "per_second": requests * 1e6 / result["microseconds"],
        "median_us": result["median"],
        "p99_us": result["p99"],
    }


class KeptConnection:
    """One request after the other on one connection, timed from the first byte sent to the whole answer."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def timed(self, request, status):
        began = time.perf_counter()
        self.socket.sendall(request)
        answer = b""
        while not self.complete(answer):
            received = self.socket.recv(65536)
            if not received:
                raise Failure("the connection was closed before the answer was whole")
            answer += received
        spent = time.perf_counter() - began
        if answer.split(b" ", 2)[1] != status:
            raise Failure(f"expected {status!r}, not {answer[:200]!r}")
        return spent * 1e3

    @staticmethod
    def complete(answer):
        head, end, body = answer.partition(b"\r\n\r\n")
        if not end:
            return False
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return len(body) >= int(value)
        return True


CREATE = b"POST /api/claude/tasks HTTP/1.1\r\nHost: bench\r\nContent-Length: 2\r\n\r\n{}"
OPTIONS = b"OPTIONS / HTTP/1.1\r\nHost: bench\r\nMax-Forwards: 0\r\n\r\n"


def floor(gate_port):
    """An answer of the gate's own without a decision. It closes the connection, so each has one of its own,
    which the gate has time to accept before the clock starts."""
    connection = KeptConnection(gate_port)
    time.sleep(0.002)
    spent = connection.timed(OPTIONS, b"200")
    connection.close()
    return spent


def decisions(gate_port, tmux, samples):
    """A refusal, an answer without a decision, and tmux list-sessions as a process, in turn."""
    connection = KeptConnection(gate_port)
    refusals, floors, processes = [], [], []
    for _ in range(samples):
        refusals.append(connection.timed(CREATE, b"429"))
        floors.append(floor(gate_port))
        began = time.perf_counter()
        if len(tmux.sessions()) != 12:
            raise Failure("the sessions are gone")
        processes.append((time.perf_counter() - began) * 1e3)
    connection.close()
    return {
        "refusal_ms": median(refusals),
        "floor_ms": median(floors),
        "decision_ms": median(refusals) - median(floors),
        "list_sessions_ms": median(processes),
    }


def burst(world, port):
    result = world.storm(port, "--method", "GET", "--path", "/livez", "--count", "200", "--timeout", "30000")
    return {
        "answered": sum(result["answers"].values()),
        "broken": sum(result["errors"].values()),
        "median_ms": result["median_ms"],
        "slowest_ms": result["slowest_ms"],
    }


def bursts(world, rounds):
    """200 clients at once on the stand-in, whose backlog is 5, directly and through a gate."""
    tmux = world.tmux("burst")
    upstream = world.standin("burst-upstream", tmux, "--backlog", "5")
    _, gate, _ = world.gate("burst-gate", upstream, tmux)
    results = {"direct": [], "taskgate": []}
    for _ in range(rounds):
        results["direct"].append(burst(world, upstream))
        results["taskgate"].append(burst(world, gate))
    return {name: {"answered": min(one["answered"] for one in runs),
                   "broken": max(one["broken"] for one in runs),
                   "median_ms": median(one["median_ms"] for one in runs),
                   "slowest_ms": median(one["slowest_ms"] for one in runs)} for name, runs in results.items()}


def open_streams(port, count):
    streams = []
    for _ in range(count):
        stream = socket.create_connection(("127.0.0.1", port), 10)
        stream.sendall(b"GET /api/events HTTP/1.1\r\nHost: bench\r\n\r\n")
        streams.append(stream)
        received = b""
        while b"event: ready" not in received:
            piece = stream.recv(4096)
            if not piece:
                raise Failure(f"stream {len(streams)} ended")
            received += piece
    return streams


def memory(world, tmux):
    """Resident memory of fresh instances: idle, and with idle event streams."""
    world.spawn("sse", [sys.executable, str(HERE / "sse_upstream.py")])
    upstream = int(world.said("sse", r"127\.0\.0\.1:(\d+)")[1])
    results = {}
    for peer in (start_gate(world, upstream, tmux, "memory-taskgate"),
                 start_nginx(world, upstream, "memory-nginx"),
                 start_haproxy(world, upstream, "memory-haproxy")):
        time.sleep(0.5)
        idle = peer.resident_kib()
        streams = open_streams(peer.port, STREAMS)
        results[peer.name.removeprefix("memory-")] = {
            "idle_mib": idle / 1024, "streams_mib": peer.resident_kib() / 1024}
        for stream in streams:
            stream.close()
    return results


def answers_200(port, path):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as probe:
            probe.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
            return b" 200 " in probe.recv(4096)
    except OSError:
        return False


def start_to_ready(world, upstream, tmux, samples):
    times = []
    for _ in range(samples):
        listen, admin = free_port(), free_port()
        command = world.gate_command(f"127.0.0.1:{listen}", f"127.0.0.1:{admin}", upstream, tmux)
        began = time.perf_counter()
        process = world.spawn("start", command)
        while not answers_200(admin, "/livez"):
            if process.poll() is not None or time.perf_counter() - began > 10:
                raise Failure("the gate does not start")
            time.sleep(0.0005)
        times.append((time.perf_counter() - began) * 1e3)
        world.end(process)
    return {"median_ms": median(times), "slowest_ms": max(times)}
