"""The rows under load: in each round all rows, in each row the peers in turn."""

from functools import partial

from choice import is_wanted
from generators import wrk
from peers import PROXIES
from processes import Failure
from rows import all_rows
from stage import tell
from stats import GENERATOR_LIMIT, by_peer, comparison, medians, pooled_p99, ratio
from table import Table, number, span

COLUMNS = ("direct", *PROXIES)


def slowest_rate(stage, known):
    """Small answers a second of the slowest proxy, tried once."""
    if not known:
        tell("the slowest proxy's rate")
        for name in PROXIES:
            result = wrk(stage.peers("closing")[name].port, "/small", 32, 1)
            known[name] = result["requests"] * 1e6 / result["microseconds"]
    return min(known.values())


def with_added(results):
    """What a proxy adds to the latency of the upstream alone, in the same round."""
    direct = results.get("direct")
    for result in results.values():
        if direct and "median_us" in result:
            result["added_median_us"] = None if result is direct else result["median_us"] - direct["median_us"]
    return results


def in_turn(names, number):
    """Each round begins with another proxy, so that nobody always comes first; `direct` is before all."""
    proxies = [name for name in names if name != "direct"]
    turn = number % len(proxies)
    return [name for name in names if name == "direct"] + proxies[turn:] + proxies[:turn]


def run(stage, row, name, peer):
    try:
        return row.run(stage, peer, name != "direct", row.seconds(stage.effort))
    except Failure as failure:
        raise Failure(f"{name}, '{row.name}': {failure}") from failure


def row_names(stage):
    return [row.name for row in all_rows(stage.starter.gate_reuses)]


def measure(stage, wanted=""):
    """`wanted`: only the rows whose name holds it."""
    stage.slowest_rate = partial(slowest_rate, stage, {})
    rows = [row for row in all_rows(stage.starter.gate_reuses) if is_wanted(row.name, wanted)]
    for row in rows:
        row.prepare(stage)
    runs = [[] for _ in rows]
    effort = stage.effort
    for number_of_round in range(effort.rounds):
        for row, rounds in zip(rows, runs):
            tell(f"round {number_of_round + 1} of {effort.rounds}: {row.name}")
            peers = stage.peers(row.upstream)
            rounds.append(with_added({name: run(stage, row, name, peers[name])
                                      for name in in_turn(row.names, number_of_round)}))
    return {"rows": [{"name": row.name, "metrics": row.metrics(), "unit": row.unit, "rounds": rounds}
                     for row, rounds in zip(rows, runs)],
            "peaks_mib": {kind: peaks(peers) for kind, peers in stage.groups.items()}}


def peaks(peers):
    """What each proxy had resident at most; a gate that answered with 5xx has not done its work."""
    if peers["taskgate"].failures():
        raise Failure("the gate answered with 5xx under load")
    return {name: peers[name].resident_mib("VmHWM") for name in PROXIES}


def share(value):
    if value is None:
        return None
    return number(value) + (" (limit)" if value >= GENERATOR_LIMIT else "")


def compared(rounds, key, more_is_better):
    if key in ("p99_us", "added_p99_us"):
        return pooled_p99([by_peer(results, "took_us") for results in rounds], key.startswith("added"))
    return comparison([by_peer(results, key) for results in rounds], more_is_better)


def table(row):
    shown = Table(row["name"], ["", *COLUMNS, "ratio", "spread"])
    rounds = row["rounds"]
    for key, label, more_is_better in row["metrics"]:
        figures = compared(rounds, key, bool(more_is_better))
        judged = more_is_better is not None  # else it is there to be read, and not compared
        if any(value is not None for value in figures.medians.values()):
            shown.add(label, *(figures.medians.get(name) for name in COLUMNS), figures.ratio if judged else None,
                      span(figures.spread() if judged else None))
    generator = medians([by_peer(results, "generator") for results in rounds])
    shown.add("generator's share of a core", *(share(generator.get(name)) for name in COLUMNS), None, None)
    helped = medians([by_peer(results, "helpers_cpu_us") for results in rounds])["taskgate"]
    if helped and helped > 0.1:
        shown.add(f"tmux server's CPU µs/{row['unit']}", None, None, None, None, helped, None, None)
    return shown


def peaks_table(peaks):
    shown = Table("Resident memory under the load above, at most, MiB", ["", *PROXIES, "ratio"])
    for kind, label in (("closing", "upstream closes"), ("keeping", "upstream keeps"),
                        ("own", "uploads, streams, WebSockets")):
        if kind in peaks:
            shown.add(label, *(peaks[kind][name] for name in PROXIES), ratio(peaks[kind]))
    return shown


def tables(found):
    return [*(table(row) for row in found["rows"]), peaks_table(found["peaks_mib"])]
