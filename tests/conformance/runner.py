"""Runs the cases in parallel. Each worker has a proxy and an upstream of its own, so a case is alone with both."""

import queue
import sys
import threading

import proxies
from stage import Stage, Upstream
from suite import Result, run_case


def run_all(places, cases):
    """The cases' results, each run at one of the places; a place is a proxy and its upstream."""
    waiting = queue.SimpleQueue()
    for one in sorted(cases, key=lambda one: not one.slow):
        waiting.put(one)
    results = {}
    threads = [threading.Thread(target=work, args=(place, waiting, results), daemon=True) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {one: results[one] for one in cases}


def work(place, waiting, results):
    while True:
        try:
            one = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            results[one] = run_case(one, Stage(*place))
        except Exception as problem:  # a fault of the case or of the proxy's process, shown as what happened
            results[one] = Result("fail", f"{type(problem).__name__}: {problem}")
            print(f"{one.name}: {results[one].what}", file=sys.stderr)


def run_started(world, name, cases, workers):
    """Starts the named proxy once for each worker."""
    upstreams = [Upstream() for _ in range(min(workers, len(cases)))]
    places = [(proxies.start(world, name, number, upstream.port), upstream)
              for number, upstream in enumerate(upstreams)]
    return run_all(places, cases)
