"""Each client before each upstream: directly, and where they can do a thing so, through the gate.

Through the gate means three ways: the gate alone, the gate that uses upstream connections again, and the gate behind an
ingress that keeps its connections to it.
"""

import queue
import sys
import threading
from dataclasses import dataclass

import own_answers
import peers
from abilities import DEVIATIONS, difference, is_able
from verdict import Result, in_words


@dataclass(frozen=True)
class Way:
    """A pair of bases: what can be done by the first one has to be done by the second too."""

    name: str
    direct: str
    behind: str


class Places:
    """An upstream, and the ways to it."""

    def __init__(self, world, tools, upstream, with_ingress):
        name = upstream.name.replace("/", "-").replace(" ", "-")
        self.upstream = upstream
        self.port = port = peers.start_upstream(world, tools, upstream)
        gates = {
            "gate": own_answers.start_gate(world, f"{name}-gate", port),
            "gate that reuses": own_answers.start_gate(
                world, f"{name}-reusing", port, "--timeouts-upstream-keep-alive", "1h"),
        }
        self.ways = [Way(way, base_of(port), base_of(gate)) for way, gate in gates.items()]
        if with_ingress:
            before = [peers.start_ingress(world, tools, f"{name}-ingress-{way}", to)
                      for way, to in (("direct", port), ("gate", gates["gate"]))]
            self.ways.append(Way("gate behind an ingress", *map(base_of, before)))


def base_of(port):
    return f"http://127.0.0.1:{port}"


def judge(client, ability, places):
    """The first way decides whether the two can do it at all. What an ingress does not let through is not asked for."""
    directly = {}
    deviation, _ = DEVIATIONS.get((ability.name, places.upstream.name), (None, ""))
    for way in places.ways:
        if way.direct not in directly:
            first = ability.first or ability.order
            directly[way.direct] = client.carry_out(first(), way.direct, peers.NO_PATIENCE)
        one = judge_way(client, ability, directly[way.direct], way.behind, deviation)
        if one.verdict == "no":
            return Result("no", f"{way.name}: {one.what}")
        if one.verdict != "yes" and way is places.ways[0]:
            return one
    return Result("yes")


def judge_way(client, ability, direct, base, deviation):
    if not is_able(ability.first_is_seen or ability.is_seen, direct):
        return Result("-", in_words(direct))
    behind = client.carry_out(ability.order(), base)
    if deviation and is_able(deviation, behind):
        return Result("other")
    if not is_able(ability.is_seen, behind):
        return Result("no", in_words(behind))
    unlike = "" if ability.first else difference(direct, behind)
    return Result("no", unlike) if unlike else Result("yes")


def run_pair(tools, client, places, wanted):
    with peers.Client(tools.command(client)) as process:
        return {ability.name: judge(process, ability, places) for ability in wanted}


def run_own(world, tools, client, places, wanted):
    with peers.Client(tools.command(client)) as process:
        return {own.name: own.judge(world, process, places.port) for own in wanted}


def in_parallel(tasks, workers):
    """Runs (key, function) pairs; the results by key. A fault of the suite's own ends it."""
    waiting, results, faults = queue.SimpleQueue(), {}, []
    for task in tasks:
        waiting.put(task)

    def work():
        while not faults:
            try:
                key, function = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                results[key] = function()
                print(f"{len(results)} of {len(tasks)}: {' '.join(filter(None, reversed(key)))}", file=sys.stderr)
            except Exception as fault:
                faults.append(fault)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return results
