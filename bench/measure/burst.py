"""200 clients at once on the stand-in, whose listen backlog is 5, directly and through a gate."""

from statistics import median

from table import Table

CLIENTS = 200
PATIENCE_MS = 10_000


def one(world, port):
    result = world.storm(port, "--method", "GET", "--path", "/livez", "--count", str(CLIENTS), "--timeout",
                         str(PATIENCE_MS))
    return {"answered": sum(result["answers"].values()), "broken": sum(result["errors"].values()),
            "median_ms": result["median_ms"], "slowest_ms": result["slowest_ms"]}


def measure(stage):
    world = stage.world
    upstream = world.standin("burst-upstream", stage.tmux, "--backlog", "5")
    _, gate, _ = world.gate("burst-gate", upstream, stage.tmux)
    results = {"direct": [], "taskgate": []}
    for _ in range(stage.effort.bursts):
        results["direct"].append(one(world, upstream))
        results["taskgate"].append(one(world, gate))
    return {name: {"answered": min(run["answered"] for run in runs), "broken": max(run["broken"] for run in runs),
                   "median_ms": median(run["median_ms"] for run in runs),
                   "slowest_ms": median(run["slowest_ms"] for run in runs)} for name, runs in results.items()}


def tables(found):
    table = Table(f"{CLIENTS} clients at once, upstream's backlog 5, given up after {PATIENCE_MS // 1000} s",
                  ["", "answered", "broken", "median ms", "slowest ms"])
    for name in ("direct", "taskgate"):
        table.add(name, *(found[name][key] for key in ("answered", "broken", "median_ms", "slowest_ms")))
    return [table]
